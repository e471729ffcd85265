// What is kept on the server: the place where one is, and the marks.

export class Keeping {
  constructor(tools) {
    this.tools = tools;
  }

  async held() {
    const response = await fetch(this.tools.dataset.reading, { headers: { Accept: "application/json" } });
    return response.ok ? response.json() : { place: null, marks: [] };
  }

  async send(url, fields) {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const response = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": this.tools.dataset.token },
      credentials: "same-origin",
      keepalive: true,
      body,
    });
    if (!response.ok) throw new Error(String(response.status));
    return response.status === 204 ? null : response.json();
  }

  place(fields) {
    return this.send(this.tools.dataset.placeUrl, fields);
  }

  async mark(fields) {
    return (await this.send(this.tools.dataset.markUrl, fields)).id;
  }

  note(id, note) {
    return this.send(`${this.tools.dataset.oneUrl}${id}/note`, { note });
  }

  remove(id) {
    return this.send(`${this.tools.dataset.oneUrl}${id}/remove`, {});
  }

  restore(id) {
    return this.send(`${this.tools.dataset.oneUrl}${id}/restore`, {});
  }
}
