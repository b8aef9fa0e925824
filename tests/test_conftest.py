"""The network block itself: without this test it could stop working and nobody would notice."""

import socket

import pytest


def test_reaching_for_the_network_fails_the_test():
    with socket.socket() as outside, pytest.raises(pytest.fail.Exception, match="reached for the network"):
        outside.connect(("192.0.2.1", 80))


def test_looking_up_a_name_fails_the_test():
    with pytest.raises(pytest.fail.Exception, match="reached for the network"):
        socket.getaddrinfo("example.org", 443)


def test_this_machine_may_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
