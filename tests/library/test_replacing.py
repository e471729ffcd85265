"""A newer text in the place of an older one: passages that stay are not indexed again, and nothing else is left behind."""

import random
import threading

from flask import Flask
from sqlalchemy import select, text

from lms.database import reading, writing
from lms.library.models import Document, DocumentPassage
from lms.library.passages import passages
from lms.library.search import filling, rebuild
from lms.library.search.models import Indexed
from tests.library.test_search import find, store

NUMBERS = "一二三四五六七八九十"
STEPS = 24


def law(clauses: list[str], *, year: int, title: str = "某市防汛条例") -> str:
    """A statute of these clauses."""
    head = f'+++\ntitle = "{title}"\nsubject = "quality"\nkind = "statute"\nstatus = "current"\nissued = {year}-05-31\n+++\n'
    return head + "\n\n".join(f"第{NUMBERS[n]}条 {clause}" for n, clause in enumerate(clauses)) + "\n"


def edited(clauses: list[str], luck: random.Random) -> list[str]:
    """The clauses after somebody worked on them: others in their place, moved, twice, gone; one to ten."""
    found = list(clauses)
    act = luck.choice(("new", "other", "move", "twice", "gone", "same"))
    place = luck.randrange(len(found))
    if act == "new":
        found.insert(place, f"新设第{luck.randrange(1000)}项制度。")
    elif act == "other":
        found[place] = f"改为第{luck.randrange(1000)}种办法。"
    elif act == "twice":
        found.append(found[place])
    elif act == "move":
        luck.shuffle(found)
    elif act == "gone" and len(found) > 1:
        del found[place]
    return found[:10]


def in_index(app: Flask) -> int:
    """How many different tokens the index of passages and titles holds."""
    with app.app_context():
        session = reading()
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("CREATE VIRTUAL TABLE temp.p USING fts5vocab(main, fts_passage, row)"))
            session.execute(text("CREATE VIRTUAL TABLE temp.t USING fts5vocab(main, fts_title, row)"))
            count = "SELECT (SELECT count(*) FROM temp.p) + (SELECT count(*) FROM temp.t)"
        else:
            count = "SELECT (SELECT count(*) FROM fts_passage) + (SELECT count(*) FROM fts_title)"
        found = int(session.scalar(text(count)) or 0)
        session.rollback()
        return found


def test_after_any_edits_the_index_holds_the_text_and_nothing_else(app: Flask) -> None:
    """
    Twenty-four edits, some of which change facts or title: passages are those of the text in their order, its newest words
    are found and none of an older one's; once it is taken out nothing of it is left in the index.
    """
    luck, clauses, year, title = (
        random.Random(5),
        ["堤防应当巩固。", "汛期应当值守。", "违者处以罚款。"],
        2001,
        "某市防汛条例",
    )
    for step in range(STEPS):
        clauses = edited(clauses, luck)
        year += luck.random() < 0.2
        title = luck.choice((title, title, title, "某省防汛条例"))
        store(app, law=law([*clauses[:9], f"本条例第{step}次修订。"], year=year, title=title))
        with app.app_context():
            rows = reading().scalars(select(DocumentPassage).order_by(DocumentPassage.seq)).all()
            document = reading().scalars(select(Document)).one()
            wanted = passages(document.markdown)
            assert [(row.seq, row.text, row.anchor) for row in rows] == [
                (number, one.text, one.anchor) for number, one in enumerate(wanted, 1)
            ]

        assert find(app, f'"第{step}次修订"').total == 1
        assert find(app, f'"第{step - 1}次修订"').total == 0
        assert {find(app, f'"{clause[:-1]}"').total for clause in clauses[:9]} == {1}
        assert find(app, "防汛", since=f"{year}-01-01", until=f"{year}-12-31").total == 1

    with app.app_context():
        with writing() as session:
            filling.take_out(session, session.scalars(select(Document.id)).one())
        assert reading().scalars(select(Indexed)).all() == []
    assert in_index(app) == 0


def test_passages_that_stay_are_the_same_rows(app: Flask) -> None:
    """
    An article in the middle is amended: the others keep their rows, the new one stands between them.
    """
    clauses = ["堤防应当巩固。", "汛期应当值守。", "违者处以罚款。"]
    store(app, law=law(clauses, year=2001))
    before = held(app)
    store(app, law=law([clauses[0], "汛期应当昼夜值守。", clauses[2]], year=2001))
    after = held(app)

    assert [key for key, _words in after][::2] == [key for key, _words in before][::2]
    assert after[1][0] not in {key for key, _words in before}
    assert [words for _key, words in after] == ["堤防应当巩固。", "汛期应当昼夜值守。", "违者处以罚款。"]


def held(app: Flask) -> list[tuple[int, str]]:
    """Ids and words of the passages in their order."""
    with app.app_context():
        rows = reading().scalars(select(DocumentPassage).order_by(DocumentPassage.seq))
        return [(row.id, row.text) for row in rows]


def test_the_index_is_made_anew_while_people_search(app: Flask) -> None:
    """
    Every document is found by its own words at every moment of it, before, during and after, with the same passage.
    """
    names = [f"卷{NUMBERS[n]}" for n in range(len(NUMBERS))]
    store(
        app,
        **{name: law([f"{name}应当保存。", "违者处以罚款。"] * 4, year=2001, title=f"档案{name}") for name in names},
    )
    done, counts, wrong, rounds = threading.Event(), list[int](), list[str](), 0

    def made_anew() -> None:
        try:
            with app.app_context():
                counts.append(rebuild.make_right(lambda _done, _total: None, everything=True)["indexed"])
        finally:
            done.set()

    worker = threading.Thread(target=made_anew)
    worker.start()
    while not done.is_set() or not rounds:
        for name in names:
            found = find(app, f'"{name}应当保存"')
            if [hit.title for hit in found.hits] != [f"档案{name}"] or not found.hits[0].passages:
                wrong.append(name)
        rounds += 1
    worker.join()

    assert counts == [len(names)]
    assert wrong == []
    assert rounds > 0
    assert find(app, "罚款").total == len(names)
