"""XML from strangers: no document types, no entities, no network, no bottomless nesting; any declared encoding."""

from lxml import etree

from question_bank.errors import UnreadableFile

MAX_BYTES = 20 * 1024 * 1024
MAX_ELEMENTS = 300_000
MAX_DEPTH = 100


def parsed(data: bytes) -> etree._Element:
    """The root of a document, without comments and processing instructions.

    Raises UnreadableFile with `reason`: "empty", "too_large", "xml_damaged" (with `line`), "xml_doctype" or "xml_deep".
    """
    if not data.strip():
        raise UnreadableFile(reason="empty")
    if len(data) > MAX_BYTES:
        raise UnreadableFile(reason="too_large")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(reason="xml_damaged", line=error.lineno or 0) from error
    except (ValueError, LookupError) as error:
        raise UnreadableFile(reason="xml_damaged", line=0) from error
    # a document type is where entities come from; no format we read needs one
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableFile(reason="xml_doctype")
    _refuse_vast(root)
    return root


def local(element: etree._Element) -> str:
    """The name of an element without its name space."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def words(element: etree._Element | None) -> str:
    """All text below an element, "" for none."""
    return "" if element is None else "".join(map(str, element.itertext())).strip()


def _refuse_vast(root: etree._Element) -> None:
    count = depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH or count > MAX_ELEMENTS or not isinstance(element.tag, str):
            raise UnreadableFile(reason="xml_deep")
