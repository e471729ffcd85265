// The text of a document as one string, and the way from places in it to nodes and back. Offsets are UTF-16 units.

export class Text {
  constructor(root) {
    this.root = root;
    this.read();
  }

  // marks split nodes, so this is done anew after each
  read() {
    const walker = document.createTreeWalker(this.root, NodeFilter.SHOW_TEXT);
    this.nodes = [];
    let whole = "";
    while (walker.nextNode()) {
      this.nodes.push({ node: walker.currentNode, start: whole.length });
      whole += walker.currentNode.data;
    }
    this.whole = whole;
  }

  // where an element, or a point in the text, begins
  at(node, offset = 0) {
    const range = document.createRange();
    range.setStart(this.root, 0);
    range.setEnd(node, offset);
    return range.toString().length;
  }

  of(anchor) {
    const place = anchor ? document.getElementById(anchor) : null;
    return place && this.root.contains(place) ? this.at(place) : 0;
  }

  // [start, end) of a passage that stood `offset` after its anchor: there, else the nearest place with its words
  find(anchor, offset, quote) {
    const wanted = this.of(anchor) + offset;
    if (!quote) return null;
    if (this.whole.startsWith(quote, wanted)) return [wanted, wanted + quote.length];
    const before = this.whole.lastIndexOf(quote, wanted);
    const after = this.whole.indexOf(quote, wanted);
    if (before < 0 && after < 0) return null;
    const start = after < 0 || (before >= 0 && wanted - before < after - wanted) ? before : after;
    return [start, start + quote.length];
  }

  // the pieces of nodes between two places: [node, from, to]
  pieces(start, end) {
    const found = [];
    for (const { node, start: first } of this.nodes) {
      const from = Math.max(0, start - first);
      const to = Math.min(node.data.length, end - first);
      if (from < to && node.data.slice(from, to).trim()) found.push([node, from, to]);
    }
    return found;
  }

  range(start, end) {
    const pieces = this.pieces(start, end);
    const range = document.createRange();
    if (!pieces.length) return null;
    range.setStart(pieces[0][0], pieces[0][1]);
    range.setEnd(pieces.at(-1)[0], pieces.at(-1)[2]);
    return range;
  }
}

// what the place is called: the article, or the heading
export function labelOf(place) {
  if (!place) return "";
  if (/^H[1-6]$/.test(place.tagName)) return place.textContent.trim().slice(0, 200);
  const label = place.querySelector("strong") ?? place.closest("section[id]")?.querySelector("strong");
  return label ? label.textContent.trim().slice(0, 200) : "";
}

// the last element with an id that begins at or before this node
export function placeOf(root, node) {
  let found = null;
  for (const place of root.querySelectorAll("[id]")) {
    if (place.contains(node) || place.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING) found = place;
    else break;
  }
  return found;
}
