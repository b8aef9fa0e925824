"""Who may look at the dashboard and who may write: this machine alone, or people who sign in and are on the list."""

import contextlib
import dataclasses
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from evals.dashboard import check_address, command, loopback, secrets_files, sign_in
from evals.errors import UserError
from evals.review import RefusedError, Reviewer, Store, open_store
from tests.dashboard_run import PASSAGES, RUN, write
from tests.dashboard_server import ROOT, dashboard, free_port, running, sign_in_with, streamlit
from tests.review_databases import audit_key_of_the_test  # noqa: F401  (a fixture)

DASHBOARDS = ROOT / "dashboards"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    # As `streamlit run dashboards/app.py` has it.
    monkeypatch.syspath_prepend(str(DASHBOARDS))


@pytest.fixture
def signins():
    """The module of sign-ins."""
    return importlib.import_module("signins")


# --- sign-ins and time -----------------------------------------------------------------------------------------------


def claims(**changes: object) -> dict[str, object]:
    """The claims of an identity token."""
    told = {
        "iss": "https://login.example",
        "sub": "ada",
        "nonce": "n1",
        "iat": NOW.timestamp(),
        "email": "ada@h.example",
    }
    return {**told, **changes}


def check(known, signins, told: dict[str, object], minutes: float, *, use: bool = True) -> None:
    """Use a sign-in so many minutes after it was made."""
    now = NOW + timedelta(minutes=minutes)
    known.check(signins.signed_in_at(told), now, timedelta(minutes=30), reviewer="ada", use=use)


def test_a_sign_in_lasts_while_it_is_used_and_ends_after_half_an_hour_without(signins):
    known = signins.SignIns()
    for minutes in (0, 29, 58, 87):
        check(known, signins, claims(), minutes)
    with pytest.raises(RefusedError, match="idle for more than 30 minutes"):
        check(known, signins, claims(), 118)


def test_looking_without_using_keeps_nobody_signed_in(signins):
    known = signins.SignIns()
    check(known, signins, claims(), 0)
    check(known, signins, claims(), 29, use=False)
    with pytest.raises(RefusedError, match="idle"):
        check(known, signins, claims(), 31)


def test_a_new_tab_or_a_restart_makes_no_idle_sign_in_young_again(signins):
    with pytest.raises(RefusedError, match="idle"):
        check(signins.SignIns(), signins, claims(), 31)
    known = signins.SignIns()
    check(known, signins, claims(), 20)
    check(known, signins, claims(nonce="n2", iat=(NOW + 40 * MINUTE).timestamp()), 45)
    with pytest.raises(RefusedError, match="idle"):
        check(known, signins, claims(), 51)


def test_a_sign_in_ends_after_a_working_day_however_busy(signins):
    known = signins.SignIns()
    for minutes in range(0, 12 * 60 + 1, 20):
        check(known, signins, claims(), minutes)
    with pytest.raises(RefusedError, match="older than 12 hours"):
        check(known, signins, claims(), 12 * 60 + 1)


def test_who_signed_out_is_out_even_with_a_copy_of_the_cookie(signins):
    known = signins.SignIns()
    check(known, signins, claims(), 0)
    known.end(signins.signed_in_at(claims()))
    with pytest.raises(RefusedError, match="signed out"):
        check(known, signins, claims(), 1)
    check(known, signins, claims(nonce="n2"), 1)


@given(st.lists(st.floats(min_value=0, max_value=60), max_size=20))
def test_no_order_of_visits_outlasts_the_idle_time(gaps):
    sys.path.insert(0, str(DASHBOARDS))
    try:
        signins = importlib.import_module("signins")
    finally:
        sys.path.remove(str(DASHBOARDS))
    known, at = signins.SignIns(), 0.0
    for gap in gaps:
        at += gap
        late = gap > 30 or at > 12 * 60
        with pytest.raises(RefusedError) if late else contextlib.nullcontext():
            check(known, signins, claims(), at)
        if late:
            return


@pytest.mark.parametrize(
    "changes",
    [{"sub": None}, {"sub": 7}, {"iat": None}, {"iat": "now"}, {"iat": True}, {"iat": 1e300}, {"iat": float("nan")}],
)
def test_claims_that_do_not_say_whose_or_when_are_refused(signins, changes):
    with pytest.raises(RefusedError):
        signins.signed_in_at(claims(**changes))


@pytest.mark.parametrize("changes", [{"email": None}, {"email": ""}, {"email": 3}, {"email_verified": False},
                                     {"email_verified": "false"}, {"email_verified": None}])  # fmt: skip
def test_an_address_that_nobody_verified_is_refused(signins, changes):
    assert signins.email(claims()) == signins.email(claims(email_verified=True)) == "ada@h.example"
    with pytest.raises(RefusedError, match="verified"):
        signins.email(claims(**changes))


@pytest.mark.parametrize(("given_text", "minutes"), [("", 30), ("30", 30), ("0.5", 0.5)])
def test_the_idle_time_can_be_made_shorter(signins, monkeypatch, given_text, minutes):
    monkeypatch.setenv("EVALS_IDLE_MINUTES", given_text)
    assert signins.idle_time() == timedelta(minutes=minutes)


@pytest.mark.parametrize("given_text", ["31", "0", "-1", "nan", "inf", "half an hour"])
def test_the_idle_time_can_be_made_neither_longer_nor_nonsense(signins, monkeypatch, given_text):
    monkeypatch.setenv("EVALS_IDLE_MINUTES", given_text)
    with pytest.raises(UserError, match="EVALS_IDLE_MINUTES"):
        signins.idle_time()


# --- beyond this machine ---------------------------------------------------------------------------------------------


ALL_OF_THEM = "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize(
    ("host", "home"),
    [("127.0.0.1", True), ("127.0.0.1:8501", True), ("127.9.9.9", True), ("localhost", True), ("LOCALHOST:80", True),
     ("::1", True), ("[::1]:8501", True), (ALL_OF_THEM, False), ("::", False), ("10.0.0.1", False), ("", False),
     (None, False), ("localhost.evil.example", False), ("127.0.0.1.evil.example", False), ("unix:///tmp/x", False)],
)  # fmt: skip
def test_only_loopback_counts_as_this_machine(host, home):
    assert loopback(host) is home


@pytest.mark.parametrize("address", [ALL_OF_THEM, "::", "10.1.2.3", "", None, "reviews.hospital.example"])
def test_an_address_beyond_this_machine_needs_sign_in(address):
    check_address(address, shared=True)
    with pytest.raises(UserError, match="nobody signs in"):
        check_address(address, shared=False)


def test_the_command_refuses_to_listen_beyond_this_machine_without_sign_in(tmp_path):
    (tmp_path / "reports").mkdir()
    surroundings = {**os.environ, "HOME": str(tmp_path), "EVALS_DASHBOARD_ADDRESS": ALL_OF_THEM}
    told = subprocess.run(
        dashboard(tmp_path / "reports", free_port()), cwd=tmp_path, env=surroundings, capture_output=True, text=True
    )
    assert told.returncode == 2
    said = " ".join(told.stderr.split())
    assert "0.0.0.0, which other machines can reach, and nobody signs in" in said
    assert "docs/hosting.md" in said
    assert "Traceback" not in told.stderr


def test_the_command_line_names_the_address_that_was_asked_for():
    assert "--server.address=127.0.0.1" in command(8501)
    assert "--server.address=10.0.0.1" in command(8501, "10.0.0.1")


BAD = {
    "not TOML": ("[auth", "cannot be read"),
    "no settings": ("[auth]\n", "lacks redirect_uri, cookie_secret"),
    "not a table": ("auth = 3\n", "lacks redirect_uri"),
    "a short secret": ({"cookie_secret": "short"}, "cookie_secret of 5 characters"),
    "cookies in the clear": ({"redirect_uri": "http://reviews.example/oauth2callback"}, "https"),
    "a provider in the clear": ({"server_metadata_url": "http://login.example/x"}, "https"),
    "no client": ({"client_id": ""}, "lacks client_id"),
}


@pytest.mark.parametrize(("content", "told"), BAD.values(), ids=BAD)
def test_settings_of_a_sign_in_that_cannot_work_are_refused_never_ignored(tmp_path, content, told):
    changes = content if isinstance(content, dict) else {}
    path = sign_in_with(tmp_path, 8501, "https://login.example", **changes)
    if isinstance(content, str):
        path.write_text(content)
    with pytest.raises(UserError, match=told):
        sign_in([path])


def test_settings_are_found_where_streamlit_finds_them_and_the_last_file_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert sign_in(secrets_files()) is None
    sign_in_with(tmp_path / "home", 8501, "https://home.example")
    sign_in_with(tmp_path / "here", 8501, "https://here.example")
    found = sign_in(secrets_files())
    assert found is not None
    assert "here.example" in found["server_metadata_url"]
    (tmp_path / "here" / ".streamlit" / "secrets.toml").write_text("other = 1\n")
    found = sign_in(secrets_files())
    assert found is not None
    assert "home.example" in found["server_metadata_url"]


# --- local mode ------------------------------------------------------------------------------------------------------


def show(monkeypatch, reports: Path, page: str) -> AppTest:
    """A page of the dashboard, in local mode."""
    monkeypatch.setenv("EVALS_REPORTS", str(reports / "nothing"))
    app = AppTest.from_file(str(DASHBOARDS / "app.py"), default_timeout=60).run()
    monkeypatch.setenv("EVALS_REPORTS", str(reports))
    app.query_params["run"] = RUN
    app.query_params["passage"] = "P19"
    app.switch_page(f"views/{page}.py").run()
    assert not app.exception, [told.value for told in app.exception]
    return app


def test_looking_makes_no_review_store(monkeypatch, tmp_path):
    for page in ("agreement", "guidelines", "audit"):
        show(monkeypatch, tmp_path / "nothing", page)
    assert not (tmp_path / "nothing").exists()


def test_the_first_name_added_is_the_lead_and_the_next_one_is_asked_for_a_role(monkeypatch, tmp_path):
    write(tmp_path)
    app = show(monkeypatch, tmp_path, "guidelines")
    app.text_input(key="who-new-name").set_value("Dr. Ann  Lee")
    next(button for button in app.button if button.label == "Add me").click()
    app.run()
    store = open_store(reports=tmp_path)
    assert [(one.id, one.name, one.role) for one in store.reviewers()] == [("dr-ann-lee", "Dr. Ann Lee", "lead")]
    assert app.session_state["who"] == "dr-ann-lee"
    last = store.audit_rows()[-1]
    assert last.who.startswith("operator:")
    assert last.mode == "local"
    next(button for button in app.button if button.label == "Not you?").click()
    app.run()
    app.text_input(key="who-new-name").set_value("dr ann lee")
    app.selectbox(key="who-new-role").set_value("viewer")
    next(button for button in app.button if button.label == "Add me").click()
    app.run()
    assert [one.role for one in store.reviewers() if one.id == "dr-ann-lee-2" or one.name == "dr ann lee"] == ["viewer"]


def test_a_name_is_chosen_from_the_list_of_active_people(monkeypatch, tmp_path):
    write(tmp_path)
    store = open_store(reports=tmp_path)
    lea = Reviewer(id="lea", name="Lea [Lead](https://evil.example)", role="lead")
    store.add_reviewer(lea, by="lea")
    store.add_reviewer(Reviewer(id="gone", name="Gone", active=False), by="lea")
    app = show(monkeypatch, tmp_path, "guidelines")
    assert app.selectbox(key="who-name").options == ["Lea [Lead](https://evil.example) (lead)"]
    app.selectbox(key="who-name").select_index(0).run()
    assert app.session_state["who"] == "lea"
    store.add_reviewer(Reviewer(id="ada", name="Ada", role="lead"), by="lea")
    store.add_reviewer(dataclasses.replace(lea, active=False), by="ada")
    app.session_state["who-known"] = None
    app.run()
    assert app.selectbox(key="who-name").options == ["Ada (lead)"]


@pytest.mark.parametrize("name", ["", "   ", "\x00\u202e"])
def test_a_name_that_is_none_is_refused_in_words(monkeypatch, tmp_path, name):
    write(tmp_path)
    app = show(monkeypatch, tmp_path, "guidelines")
    app.text_input(key="who-new-name").set_value(name)
    next(button for button in app.button if button.label == "Add me").click()
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert open_store(reports=tmp_path).reviewers() == ()


def test_a_store_that_cannot_be_opened_is_told_in_words(monkeypatch, tmp_path):
    write(tmp_path)
    monkeypatch.setenv("EVALS_DATABASE_URL", f"sqlite:///{tmp_path}")
    for page in ("agreement", "guidelines", "audit"):
        app = show(monkeypatch, tmp_path, page)
        assert "The reviews cannot be opened" in app.warning[0].value


@pytest.mark.parametrize(
    ("headers", "home"),
    [({"Host": "127.0.0.1:8501"}, True), ({"Host": "localhost:8501"}, True), ({"host": "evil.example"}, False),
     ({"Host": "127.0.0.1:8501", "X-Forwarded-For": "10.1.2.3"}, False),
     ({"Host": "localhost", "Forwarded": "for=10.1.2.3"}, False)],
)  # fmt: skip
def test_local_mode_behind_a_proxy_or_under_another_name_shows_nothing(monkeypatch, tmp_path, address, headers, home):
    from streamlit.runtime.context import ContextProxy, StreamlitHeaders

    write(tmp_path)
    monkeypatch.setattr(ContextProxy, "headers", StreamlitHeaders(headers.items()))
    monkeypatch.setenv("EVALS_REPORTS", str(tmp_path))
    app = AppTest.from_file(str(DASHBOARDS / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert bool(app.title) is home
    assert ("This dashboard shows nothing here" in " ".join(told.value for told in app.warning)) is not home


@pytest.fixture
def address() -> Iterator[None]:
    """The address that the command line starts Streamlit at, as the app finds it."""
    config = importlib.import_module("streamlit.config")
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", before)


# --- in a browser ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def browser(chromium: str, *options: str) -> Iterator:
    """Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=chromium, headless=True, args=["--no-sandbox", "--disable-gpu", *options]
        )
        yield found
        found.close()


def _settled(tab, said: str) -> None:
    tab.get_by_text(said).first.wait_for(timeout=30_000)
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=30_000)
    assert tab.locator("[data-testid=stException]").count() == 0


def test_streamlit_started_by_hand_for_other_machines_shows_them_nothing(tmp_path, chromium):
    write(tmp_path)
    port = free_port()
    started = streamlit(port, f"--server.address={ALL_OF_THEM}")
    with running(tmp_path, port, started, EVALS_REPORTS=str(tmp_path)) as url, browser(chromium) as chrome:
        tab = chrome.new_page()
        tab.goto(url)
        _settled(tab, "This dashboard shows nothing here")
        tab.get_by_text("nobody signs in").wait_for()
        assert "patient-answer" not in tab.content()


PEOPLE = (
    Reviewer(id="lea@hospital.example", name="Lea Lead", role="lead"),
    Reviewer(id="Ada@hospital.example", name="Ada Adjudicator", role="adjudicator"),
    Reviewer(id="vic@hospital.example", name="Vic Viewer", role="viewer"),
)


@pytest.fixture
def provider() -> Iterator[str]:
    """A sign-in server on loopback that knows three people by e-mail address."""
    from oidc_provider_mock import User, run_server_in_thread

    users = [
        User(sub=name, claims={"email": f"{name}@hospital.example", "email_verified": True})
        for name in ("ada", "vic", "eve")
    ]
    with run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@contextlib.contextmanager
def shared(tmp_path: Path, provider: str, **surroundings: str) -> Iterator[tuple[str, Store]]:
    """The dashboard in shared mode and its store."""
    reports = tmp_path / "reports"
    write(reports)
    port = free_port()
    sign_in_with(tmp_path, port, provider)
    store = open_store(reports=reports, mode="shared")
    for person in PEOPLE:
        store.add_reviewer(person, by="lea@hospital.example")
    key = os.environ["EVALS_AUDIT_KEY_FILE"]
    with running(tmp_path, port, dashboard(reports, port), **{"EVALS_AUDIT_KEY_FILE": key, **surroundings}) as url:
        yield url, store
    store.close()


def _sign_in(tab, url: str, name: str) -> None:
    tab.goto(url)
    tab.get_by_role("button", name="Sign in").first.click(timeout=30_000)
    tab.get_by_role("button", name=name, exact=True).first.click(timeout=30_000)
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=30_000)


def _sign(tab, name: str) -> None:
    box = tab.get_by_role("textbox", name="To confirm, type your name")
    box.fill(name)
    box.press("Enter")


def test_people_sign_in_and_sign_by_role_and_nobody_else_sees_anything(tmp_path, provider, chromium):
    passage = f"/guidelines?run={RUN}&passage=P19"
    with shared(tmp_path, provider) as (url, store), browser(chromium) as chrome:
        heard: list[str] = []
        tab = chrome.new_page()
        tab.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
        # Nobody has signed in: nothing of any run is sent.
        tab.goto(url + passage)
        _settled(tab, "Sign in with your work account")
        assert not [frame for frame in heard if "patient-answer" in frame or "100.4" in frame or "Fever" in frame]
        # Somebody whom the provider knows and the list does not.
        _sign_in(tab, url + passage, "eve")
        _settled(tab, "eve@hospital.example: not on this dashboard")
        assert not [frame for frame in heard if "patient-answer" in frame or "100.4" in frame or "Fever" in frame]
        # Somebody on the list, with the role that the store gives.
        tab = chrome.new_context().new_page()
        _sign_in(tab, url + passage, "ada")
        _settled(tab, "Ada Adjudicator, adjudicator")
        # The link that was followed before the sign-in opens after it.
        _settled(tab, "Sign this passage")
        assert "passage=P19" in tab.url
        _sign(tab, "Somebody Else")
        _settled(tab, "the name typed is not your printed name")
        assert store.signatures() == ()
        _sign(tab, "ada adjudicator")
        _settled(tab, "It is on record with your name")
        (signature,) = store.signatures("P19")
        assert (signature.reviewer, signature.name, signature.mode) == (
            "Ada@hospital.example",
            "Ada Adjudicator",
            "shared",
        )
        _role_taken_away(tab, url, store)
        _signed_out(chrome, tab, url)


def _role_taken_away(tab, url: str, store) -> None:
    other = next(name for name in PASSAGES if name != "P19")
    tab.goto(url + f"/guidelines?run={RUN}")
    _settled(tab, "2 of 2 passages")
    tab.evaluate(
        "name => { const u = new URL(location.href); u.searchParams.set('passage', name); location.href = u }", other
    )
    _settled(tab, "Sign this passage")
    store.add_reviewer(dataclasses.replace(PEOPLE[1], role="viewer"), by="lea@hospital.example", why="left the board")
    _sign(tab, "Ada Adjudicator")
    _settled(tab, "a viewer may not sign passages")
    assert len(store.signatures()) == 1


def _signed_out(chrome, tab, url: str) -> None:
    kept = tab.context.cookies()
    tab.get_by_role("button", name="Sign out").click()
    tab.wait_for_timeout(1500)
    thief = chrome.new_context()
    thief.add_cookies(kept)
    stolen = thief.new_page()
    stolen.goto(url)
    _settled(stolen, "you signed out")
    assert "patient-answer" not in stolen.content()


def test_after_the_idle_time_nothing_is_written_and_a_new_tab_does_not_help(tmp_path, provider, chromium):
    with shared(tmp_path, provider, EVALS_IDLE_MINUTES="0.2") as (url, store), browser(chromium) as chrome:
        tab = chrome.new_context().new_page()
        _sign_in(tab, f"{url}/guidelines?run={RUN}&passage=P19", "ada")
        _settled(tab, "Sign this passage")
        box = tab.get_by_role("textbox", name="To confirm, type your name")
        box.fill("Ada Adjudicator")
        tab.wait_for_timeout(12_500)
        box.press("Enter")
        _settled(tab, "idle for more than")
        assert "100.4" not in tab.locator("body").inner_text()
        again = tab.context.new_page()
        again.goto(f"{url}/guidelines?run={RUN}&passage=P19")
        _settled(again, "idle for more than")
        assert store.signatures() == ()
