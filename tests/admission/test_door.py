"""Who may enter an exam: codes of rooms, computers, the browser, letting in by hand."""

import hashlib
import io
import re
from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from lms.accounts.queries import PersonRow
from lms.app import create_app
from lms.audit.models import AuditEntry
from lms.config import Config
from lms.database import reading
from tests.cast import csrf, post, sign_in
from tests.conftest import SECRET
from tests.supervision.conftest import Hall

KEY, OTHER_KEY = "0f" * 32, "ab" * 32
PLIST = b"<plist><dict><key>allowQuit</key><true/></dict></plist>"
PLIST_KEY = hashlib.sha256(b'{"allowQuit":true}').hexdigest()
#: what a browser sends of the fields that nobody changes
UNTOUCHED = {"config_keys": "", "exam_keys": "", "camera": "off", "camera_days": "30"}
INSIDE, OUTSIDE = "10.1.2.9", "10.9.9.9"


def ask(hall: Hall, **fields: object) -> TestResponse:
    """Zhao sets what the exam asks for."""
    client = sign_in(hall.app.test_client(), hall.cast.zhao)
    return client.post(
        f"/exams/{hall.exam.public_id}/admission", data={"csrf_token": csrf(client), **UNTOUCHED, **fields}
    )


def room(hall: Hall, name: str = "101", *, ranges: str = "", every_time: bool = False) -> str:
    """Zheng adds a room; its public id."""
    sign_in(hall.zheng, hall.cast.zheng)
    post(hall.zheng, hall.at("/rooms"), name=name, seat_rows="2", seat_columns="3")
    with hall.app.app_context():
        query = text("SELECT public_id FROM supervision_room WHERE name = :name")
        found = str(reading().scalar(query, {"name": name}))
    wanted = {"ranges": ranges, **({"every_time": "y"} if every_time else {})}
    assert post(hall.zheng, hall.at(f"/rooms/{found}/admission"), **wanted).status_code == 303
    return found


def seat(hall: Hall, person: PersonRow, name: str = "101", number: int = 1) -> None:
    """Zheng seats somebody."""
    lines = f"{person.staff_number};{name};{number}"
    assert post(hall.zheng, hall.at("/seats/list"), lines=lines).status_code == 303


def code_of(hall: Hall, room_id: str) -> str:
    """The code as the invigilator's page shows it."""
    page = hall.zheng.get(hall.at(f"/rooms/{room_id}/admission")).text
    found = re.search(r"code-large\">(\w{3}-\w{3})<", page)
    assert found is not None, page
    return found[1]


def come(hall: Hall, person: PersonRow, address: str = INSIDE) -> FlaskClient:
    """Somebody signs in at a computer."""
    client = hall.app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return sign_in(client, person)


def start(hall: Hall, client: FlaskClient, headers: Mapping[str, str] | None = None) -> TestResponse:
    """Press the button that begins."""
    return client.post(
        f"/sitting/exam/{hall.exam.public_id}/start", data={"csrf_token": csrf(client)}, headers=dict(headers or {})
    )


def give(hall: Hall, client: FlaskClient, code: str) -> TestResponse:
    """Give a code."""
    return post(client, f"/admission/{hall.exam.public_id}/code", code=code)


def acts(app: Flask) -> list[str]:
    """Deeds in the audit log."""
    with app.app_context():
        return [row.act for row in reading().query(AuditEntry).order_by(AuditEntry.number)]


def refusals(hall: Hall) -> list[tuple[str, str]]:
    """Why and from where, in order."""
    with hall.app.app_context():
        rows = reading().execute(text("SELECT why, address FROM admission_refusal ORDER BY id"))
        return [(row[0], row[1]) for row in rows]


def test_an_exam_that_asks_for_nothing_lets_everybody_begin(hall: Hall) -> None:
    """
    Rooms with codes and ranges change nothing until the exam asks for them.
    """
    room(hall, ranges="10.1.2.0/24")
    lin = come(hall, hall.cast.lin, OUTSIDE)

    assert start(hall, lin).status_code == 302
    assert lin.get(f"/admission/{hall.exam.public_id}").location == f"/sitting/exam/{hall.exam.public_id}"
    assert refusals(hall) == []


def test_the_code_of_the_room_is_asked_once(hall: Hall) -> None:
    """
    Without it nobody begins or sees a question; with it one begins, reloads and goes on at another computer; another
    room's code is a wrong one; the old code does no longer open after it was renewed.
    """
    first, second = room(hall), room(hall, "102")
    seat(hall, hall.cast.lin)
    assert ask(hall, code="y").status_code == 303
    door = f"/sitting/exam/{hall.exam.public_id}"
    lin = come(hall, hall.cast.lin)

    assert lin.get(door).location == f"/admission/{hall.exam.public_id}"
    refused = start(hall, lin)
    assert (refused.status_code, "入场码" in refused.text) == (403, True)
    with hall.app.app_context():
        assert reading().scalar(text("SELECT count(*) FROM attempt")) == 0
    assert give(hall, lin, code_of(hall, second)).status_code == 422
    old = code_of(hall, first)
    post(hall.zheng, hall.at(f"/rooms/{first}/code"))
    assert code_of(hall, first) != old
    assert give(hall, lin, old).status_code == 422
    assert give(hall, lin, code_of(hall, first).lower().replace("-", " ")).status_code == 303
    assert lin.get(door).status_code == 200
    begun = start(hall, lin)
    assert begun.status_code == 302
    assert lin.get(begun.location).status_code == 200

    post(hall.zheng, hall.at(f"/rooms/{first}/code"))
    again = come(hall, hall.cast.lin)
    assert again.get(begun.location).status_code == 409
    assert post(again, f"{begun.location}/take-over").status_code == 302
    assert again.get(begun.location).status_code == 200
    assert [act for act in acts(hall.app) if act.startswith("admission.")] == [
        "admission.room", "admission.room", "admission.rule", "admission.code.renew", "admission.enter",
        "admission.code.renew",
    ]  # fmt: skip


def test_a_room_may_ask_after_every_log_in(hall: Hall) -> None:
    """
    A reload is not asked; another log-in neither sees the paper nor takes it over before it gives the code.
    """
    found = room(hall, every_time=True)
    seat(hall, hall.cast.lin)
    ask(hall, code="y")
    lin = come(hall, hall.cast.lin)
    give(hall, lin, code_of(hall, found))
    attempt = start(hall, lin).location
    assert lin.get(attempt).status_code == 200

    again = come(hall, hall.cast.lin)
    assert again.get(attempt).status_code == 403
    assert post(again, f"{attempt}/take-over").status_code == 403
    assert lin.get(attempt).status_code == 200
    assert give(hall, again, code_of(hall, found)).status_code == 303
    assert post(again, f"{attempt}/take-over").status_code == 302
    assert again.get(attempt).status_code == 200


def test_who_has_no_seat_may_use_any_room(hall: Hall) -> None:
    """
    Its code and its computers; who is moved to another room gives that one's code.
    """
    room(hall, "101", ranges="10.1.1.0/24")
    other = room(hall, "102", ranges="10.1.2.0/24")
    ask(hall, code="y", address="y")
    lin = come(hall, hall.cast.lin, "10.1.2.9")

    assert give(hall, lin, code_of(hall, other)).status_code == 303
    assert start(hall, lin).status_code == 302
    seat(hall, hall.cast.lin, "101")
    assert start(hall, lin).status_code == 403
    assert refusals(hall) == [("address", "10.1.2.9")]


def test_wrong_codes_are_counted_per_person(hall: Hall) -> None:
    """
    After five the next one waits, even the right one, and the page says until when; a neighbour is not held up; the wait
    ends, and a further wrong one makes it longer.
    """
    found = room(hall)
    ask(hall, code="y")
    right = code_of(hall, found)
    lin, wang = come(hall, hall.cast.lin), come(hall, hall.cast.wang)
    for _ in range(5):
        assert give(hall, lin, "AAA-AAA").status_code == 422
    refused = give(hall, lin, right)
    assert refused.status_code == 429
    assert "09:02" in refused.text
    assert give(hall, wang, right).status_code == 303

    hall.clock.advance(seconds=61)
    assert give(hall, lin, "AAA-AAA").status_code == 422
    hall.clock.advance(seconds=61)
    assert give(hall, lin, right).status_code == 429
    hall.clock.advance(seconds=61)
    assert give(hall, lin, right).status_code == 303
    assert give(hall, lin, "").status_code == 422
    assert start(hall, lin).status_code == 302
    assert [why for why, _address in refusals(hall)] == ["code", "code"]  # once a minute


def test_only_the_computers_of_the_room(hall: Hall) -> None:
    """
    Beginning, reloading and taking over ask for them, answers do not; the page says what to do and shows the address; an
    address that a client merely claims counts for nothing; a room without ranges has any computer.
    """
    room(hall, ranges="10.1.2.0/24\n2001:db8::/64")
    seat(hall, hall.cast.lin)
    room(hall, "102")
    seat(hall, hall.cast.wang, "102")
    ask(hall, address="y")
    away = come(hall, hall.cast.lin, OUTSIDE)

    refused = start(hall, away, {"X-Forwarded-For": INSIDE})
    assert refused.status_code == 403
    assert OUTSIDE in refused.text
    assert start(hall, come(hall, hall.cast.wang, OUTSIDE)).status_code == 302
    inside = come(hall, hall.cast.lin, "::ffff:10.1.2.9")
    begun = start(hall, inside)
    assert begun.status_code == 302
    inside.environ_base["REMOTE_ADDR"] = OUTSIDE
    assert inside.get(begun.location).status_code == 403
    candidate = hall.at_work(inside, hall.cast.lin, begun.location.rsplit("/", 1)[1])
    assert candidate.flag().status_code == 200  # a save rides on its ticket
    assert post(come(hall, hall.cast.lin, OUTSIDE), f"{begun.location}/take-over").status_code == 403
    board = hall.zheng.get(hall.at("/admission")).text
    assert "林晓" in board
    assert OUTSIDE in board
    assert hall.zheng.get(hall.at("/live")).get_json()["refused"] == len(refusals(hall)) == 1


def test_ranges_with_a_fault_are_not_kept(hall: Hall) -> None:
    """
    Each faulty line is named with its number; what was kept before stays.
    """
    found = room(hall, ranges="10.1.2.0/24")
    answer = post(hall.zheng, hall.at(f"/rooms/{found}/admission"), ranges="10.1.3.0/24\n10.1.3.4/24\n考场")

    assert answer.status_code == 422
    assert "第 2 行" in answer.text
    assert "10.1.3.0/24" in answer.text
    assert "第 3 行" in answer.text
    assert "10.1.2.0/24" in hall.zheng.get(hall.at("/admission")).text


def proof(address: str, key: str, header: str = "ConfigKeyHash") -> dict[str, str]:
    """The header by which the browser proves a key."""
    return {f"X-SafeExamBrowser-{header}": hashlib.sha256((address + key).encode()).hexdigest()}


def test_only_in_safe_exam_browser(hall: Hall) -> None:
    """
    S15: a Config Key proved for the very address asked for opens; for another page, of another key, or copied from the
    page before it does not. Several keys are allowed; where Browser Exam Keys are set one of them is needed as well.
    """
    assert ask(hall, browser="y", config_keys=f"{OTHER_KEY}\n {KEY.upper()} ").status_code == 303
    lin = come(hall, hall.cast.lin)
    begin = f"http://localhost/sitting/exam/{hall.exam.public_id}/start"

    assert start(hall, lin).status_code == 403
    assert start(hall, lin, proof(begin, "cd" * 32)).status_code == 403
    assert start(hall, lin, proof(begin.replace("/start", ""), KEY)).status_code == 403
    assert start(hall, lin, proof(begin.replace("localhost", "evil.example"), KEY)).status_code == 403
    assert start(hall, lin, proof(begin, KEY, "RequestHash")).status_code == 403
    begun = start(hall, lin, proof(begin, KEY))
    assert begun.status_code == 302
    attempt = f"http://localhost{begun.location}"
    assert lin.get(begun.location, headers=proof(begin, KEY)).status_code == 403
    assert lin.get(begun.location, headers=proof(attempt, OTHER_KEY)).status_code == 200

    ask(hall, browser="y", config_keys=KEY, exam_keys=OTHER_KEY)
    assert lin.get(begun.location, headers=proof(attempt, KEY)).status_code == 403
    both = proof(attempt, KEY) | proof(attempt, OTHER_KEY, "RequestHash")
    assert lin.get(begun.location, headers=both).status_code == 200
    assert [why for why, _address in refusals(hall)] == ["browser"]


def test_the_proof_behind_a_proxy(hall: Hall) -> None:
    """
    S15: the address is the one people use: from the trusted proxy's headers, or the installation's own; headers that
    nobody vouches for, and a host that is not ours, prove nothing.
    """
    ask(hall, browser="y", config_keys=KEY)
    path = f"/sitting/exam/{hall.exam.public_id}/start"
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "study.example"}
    outside = proof(f"https://study.example{path}", KEY)
    assert start(hall, come(hall, hall.cast.lin), told | outside).status_code == 403

    def of(**settings: object) -> Flask:
        config = hall.app.extensions["config"]
        made = Config(
            data=config.data, database_url=config.database_url, secret_key=SECRET, testing=True, jobs="off",
            second_factor="offered", **settings,  # type: ignore[arg-type]
        )  # fmt: skip
        return create_app(made, clock=hall.clock)

    proxied = sign_in(of(trusted_proxies=1).test_client(), hall.cast.lin)
    assert start(hall, proxied, told | proof(f"http://localhost{path}", KEY)).status_code == 403
    assert start(hall, proxied, told | {"Origin": "https://study.example"} | outside).status_code == 302
    known = sign_in(of(public_url="http://study.example").test_client(), hall.cast.wang)
    assert start(hall, known, proof(f"http://localhost{path}", KEY)).status_code == 403
    assert start(hall, known, proof(f"http://study.example{path}", KEY)).status_code == 302


def test_a_browser_that_sends_no_headers_proves_it_by_the_page(hall: Hall) -> None:
    """
    For the address of the door with one's own log-in in it; a colleague's proof, or one without, is none.
    """
    ask(hall, browser="y", config_keys=KEY)
    at = f"/admission/{hall.exam.public_id}"
    lin, wang = come(hall, hall.cast.lin), come(hall, hall.cast.wang)
    own, other = lin.get(at).location, wang.get(at).location
    assert own != other

    def hashed(address: str, key: str = KEY) -> str:
        return hashlib.sha256(f"http://localhost{address}{key}".encode()).hexdigest()

    for wrong in (hashed(other), hashed(at), hashed(own, OTHER_KEY), ""):
        assert post(lin, f"{at}/browser", config_hash=wrong, exam_hash="").status_code == 403
    assert post(lin, f"{at}/browser", config_hash=hashed(own), exam_hash="").status_code == 303
    assert start(hall, lin).status_code == 302
    assert start(hall, come(hall, hall.cast.lin)).status_code == 403  # another log-in


def test_a_configuration_gives_its_key(hall: Hall) -> None:
    """
    Uploaded by those who manage the exam, added to the keys that were given; an encrypted or foreign file is refused
    with a sentence and changes nothing; keys that are none are named by their line.
    """
    file = (io.BytesIO(PLIST), "年度考试.seb")
    assert ask(hall, browser="y", config_keys=KEY, configuration=file).status_code == 303
    zhao = sign_in(hall.app.test_client(), hall.cast.zhao)
    page = zhao.get(f"/exams/{hall.exam.public_id}/admission").text
    assert f"{KEY}\n{PLIST_KEY}" in page.replace("\r", "")

    for data, words in ((b"pswdxxxx", "加密"), (b"PK\3\4", "Safe Exam Browser"), (b"<!DOCTYPE a><plist/>", "配置")):
        refused = ask(hall, browser="y", config_keys=KEY, configuration=(io.BytesIO(data), "a.seb"))
        assert refused.status_code == 422
        assert words in refused.text
    refused = ask(hall, browser="y", config_keys=f"{KEY}\n\nabc")
    assert (refused.status_code, "第 3 行" in refused.text) == (422, True)
    assert ask(hall, browser="y").status_code == 422
    assert f"{KEY}\n{PLIST_KEY}" in zhao.get(f"/exams/{hall.exam.public_id}/admission").text.replace("\r", "")


def test_an_invigilator_lets_one_person_in(hall: Hall) -> None:
    """
    With a reason, whatever is missing, that person alone; it stands in the audit log, and it can be taken back.
    """
    room(hall, ranges="10.1.2.0/24")
    ask(hall, code="y", address="y", browser="y", config_keys=KEY)
    lin, wang = come(hall, hall.cast.lin, OUTSIDE), come(hall, hall.cast.wang, OUTSIDE)
    at = hall.at(f"/people/{hall.cast.lin.public_id}")

    assert post(hall.zheng, f"{at}/let-in", reason=" ").status_code == 422
    assert start(hall, lin).status_code == 403
    assert post(hall.zheng, f"{at}/let-in", reason="三号机故障，换到备用机").status_code == 303
    assert "三号机故障" in hall.zheng.get(hall.at("/admission")).text
    begun = start(hall, lin)
    assert begun.status_code == 302
    assert lin.get(begun.location).status_code == 200
    assert start(hall, wang).status_code == 403
    assert post(hall.zheng, f"{at}/ask-again").status_code == 303
    assert lin.get(begun.location).status_code == 403
    assert {"admission.let_in", "admission.ask_again"} <= set(acts(hall.app))


def test_a_script_is_told_what_is_missing(hall: Hall) -> None:
    """
    Who asks for JSON gets the code of the refusal and what is missing.
    """
    room(hall, ranges="10.1.2.0/24")
    ask(hall, code="y", address="y")
    answer = start(hall, come(hall, hall.cast.lin, OUTSIDE), {"Accept": "application/json"})

    assert answer.status_code == 403
    assert answer.get_json()["error"] == "admission.refused"
    assert answer.get_json()["facts"] == {"lacks": "address,code"}


def test_refusals_and_codes_are_kept_as_they_must_be(hall: Hall) -> None:
    """
    A refusal is never changed; no code stands in the audit log.
    """
    found = room(hall)
    ask(hall, code="y")
    post(hall.zheng, hall.at(f"/rooms/{found}/code"))
    lin = come(hall, hall.cast.lin)
    give(hall, lin, "AAA-AAA")
    code = code_of(hall, found).replace("-", "")
    give(hall, lin, code)
    with hall.app.app_context():
        told = reading().execute(text("SELECT before, after FROM audit_entry")).all()
        assert code not in str(told)
        with pytest.raises(Exception, match=r"append-only|prohibited|not authorized"):
            reading().execute(text("UPDATE admission_refusal SET why = 'x'"))
        reading().rollback()


def asked_at(hall: Hall, deed: Callable[[], TestResponse], status: int) -> list[str]:
    """The statements about admission that a request sends."""
    seen: list[str] = []

    def listen(*args: object) -> None:
        seen.append(str(args[2]))

    with hall.app.app_context():
        engine = reading().get_bind()
    event.listen(engine, "before_cursor_execute", listen)
    assert deed().status_code == status
    event.remove(engine, "before_cursor_execute", listen)
    return [statement for statement in seen if "admission_" in statement]


def test_the_door_costs_one_statement_where_it_is_shut(hall: Hall) -> None:
    """
    An exam that asks for nothing costs none at the start and at its paper; one that asks costs one, and one more where
    the short way leaves a paper with pictures to the application; an answer costs none.
    """
    lin = come(hall, hall.cast.lin)
    assert asked_at(hall, lambda: start(hall, lin), 302) == []
    attempt = start(hall, lin).location
    assert asked_at(hall, lambda: lin.get(attempt), 200) == []
    found = room(hall)
    ask(hall, code="y")
    give(hall, lin, code_of(hall, found))

    assert len(asked_at(hall, lambda: start(hall, lin), 302)) == 1
    assert len(asked_at(hall, lambda: lin.get(attempt), 200)) == 1
    ask(hall, code="y", camera="asked")
    post(lin, f"/admission/{hall.exam.public_id}/camera", answer="yes")
    assert len(asked_at(hall, lambda: lin.get(attempt), 200)) == 2
    assert '"camera":{' in lin.get(attempt).text
    candidate = hall.at_work(lin, hall.cast.lin, attempt.rsplit("/", 1)[1])
    assert asked_at(hall, candidate.flag, 200) == []
    ask(hall)
    assert asked_at(hall, lambda: start(hall, lin), 302) == []
