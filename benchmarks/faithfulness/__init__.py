"""How often the faithfulness scorer and its judge are right, beside floors that anyone could write."""
