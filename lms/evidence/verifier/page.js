// The page: takes files, shows what was proved and what was not. Words stand beside each other in Chinese and English.

const WORDS = {
  zip: ["文件不是完整的证明材料包，或其中有字节被改动", "The file is no whole package, or bytes of it were changed"],
  manifest: ["清单不是系统写出的样子", "The list is not as the system writes it"],
  list: ["包内文件与清单不一致", "The files are not those of the list"],
  sum: ["文件内容与清单中的校验和不符", "A file is not what its checksum says"],
  proof: ["清单的数字签名不成立", "The signature of the list does not hold"],
  credential: ["文件的数字签名不成立", "The signature of a file does not hold"],
  key: ["由清单没有列出的密钥签名", "Signed by a key that the list does not name"],
  chain: ["旧密钥对新密钥的担保不成立", "The statement of an older key for a newer one does not hold"],
};
const OUTCOMES = {passed: ["合格", "passed"], failed: ["不合格", "not passed"], taken_back: ["撤销", "taken back"], exempt: ["免训", "exempt"]};
const KINDS = {unit: ["网络课程", "Course unit"], exam: ["考试", "Exam"], class: ["培训班", "Training class"], outside: ["外出学习", "Outside learning"]};

function made(name, css, ...inner) {
  const node = document.createElement(name);
  if (css) node.className = css;
  node.append(...inner.map((one) => (one instanceof Node ? one : String(one ?? ""))));
  return node;
}

function both([zh, en], css = "both") {
  const english = made("span", "", en);
  english.lang = "en";
  return made("div", css, made("span", "", zh), english);
}

const inline = ([zh, en]) => { const english = made("span", "", ` ${en}`); english.lang = "en"; return made("span", "", zh, english); };

function facts(pairs) {
  return made("dl", "sheet", ...pairs.flatMap(([words, value, css]) => [made("dt", "", inline(words)), made("dd", css || "", value)]));
}

const folded = (head, text) => made("details", "", made("summary", "", head), text);

function list(words, css = "") {
  return made("ul", css, ...words.map((one) => made("li", "", both(one))));
}

const day_of = (text) => {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return String(text);
  return new Date(moment.getTime() + 8 * 3600 * 1000).toISOString().slice(0, 16).replace("T", " ");
};

function verdict(kind, words) {
  const node = both(words, `verdict ${kind}`);
  node.firstChild.replaceWith(made("strong", "", words[0]));
  node.dataset.verdict = kind;
  return node;
}

function show_person(person) {
  const rows = person.entries.map((entry) => made("tr", "",
    made("td", "", day_of(entry.happenedAt).slice(0, 10)), made("td", "", inline(KINDS[entry.kind] || [entry.kind, ""])), made("td", "", entry.title, entry.unit ? made("div", "", entry.unit) : ""),
    made("td", "number", entry.hours === "0" ? "–" : entry.hours), made("td", "number", entry.score === null ? "–" : `${entry.score} / ${entry.maximum}`),
    made("td", "", inline(OUTCOMES[entry.void || (entry.passed ? "passed" : "failed")]), entry.earlier.length ? both(["曾更正", "corrected"]) : "")));
  const heads = [["日期", "Day"], ["类别", "Kind"], ["名称、当时单位", "Title, unit then"], ["学时", "Hours"], ["成绩", "Marks"], ["结果", "Outcome"]];
  const table = made("table", "", made("thead", "", made("tr", "", ...heads.map((head) => made("th", "", inline(head))))), made("tbody", "", ...rows));
  return made("section", "", made("h2", "", `${person.name} `, made("span", "", `${person.staffNumber} · ${person.unit} · ${person.hours} 学时`)), made("div", "sheet wide", table));
}

// One person at a time where there are several, chosen by name.
function show_people(people) {
  if (people.length < 2) return people.map(show_person);
  const chosen = made("select", ""), shown = made("div", "");
  chosen.id = "person";
  chosen.append(...people.map((one, at) => new Option(`${one.name}  ${one.staffNumber}  ${one.unit}`, String(at))));
  const label = made("label", "", inline([`包内共 ${people.length} 人，选择要查看的人`, `${people.length} people; choose whom to see`]));
  label.htmlFor = "person";
  const show = () => shown.replaceChildren(show_person(people[Number(chosen.value)]));
  chosen.addEventListener("change", show);
  show();
  return [made("section", "sheet choose", label, chosen), shown];
}

// How a key that signs now hangs together with those before it; nothing where there was only one.
function show_keys(manifest) {
  const listed = manifest.keys.filter(is_object);
  if (listed.length < 2) return [];
  const lines = listed.map((one, at) => {
    const span = `${day_of(one.from).slice(0, 10)} – ${one.until ? day_of(one.until).slice(0, 10) : ""}`;
    const by = one.vouched
      ? ["由上一把密钥签名认可", "vouched for by the key before it"]
      : at === listed.length - 1 ? ["第一把密钥", "the first key"] : ["没有其他密钥认可：请单独核对指纹", "no other key vouches for it: compare its fingerprint by itself"];
    const line = made("li", "", made("span", "key", fingerprint(key_of_method(one.id))), ` ${span}`, both(by));
    if (!one.vouched && at < listed.length - 1) line.className = "warn";
    return line;
  });
  return [
    made("h2", "", inline(["密钥的更替", "Succession of keys"])), made("ul", "", ...lines),
    both(["核对过其中一把的指纹，就可以相信它之后逐一获得认可的密钥。", "Whoever has compared the fingerprint of one knows those after it that are vouched for one by one."]),
  ];
}

// Who signed a list: a key that the package names, or one that these vouch for through keys.json; else nobody known.
function show_signer(checked, name, given, statements) {
  const signer = signer_of(given), known = keys_of(checked.manifest), key = fingerprint(key_of_method(given.proof.verificationMethod));
  if (known.includes(signer)) return [];
  const way = path_of(known, signer, statements).map((one) => fingerprint(key_of_method(one)));
  if (way.length) return [verdict("good", [`撤销名单 ${name} 由新密钥签名，本包的密钥逐一认可了它：${way.join(" → ")}`, `The list ${name} is signed by a newer key, for which the key of this package vouches: ${way.join(" → ")}`])];
  return [verdict("warn", [`撤销名单 ${name} 由另一把密钥签名，指纹 ${key}，请与网站公布的核对，或再加上网站的 keys.json`, `The list ${name} is signed by another key, fingerprint ${key}: compare it with the one that is published, or add keys.json from the website`])];
}

function show_status(checked, lists, statements) {
  const places = places_of(checked), nodes = [];
  for (const {name, list: given} of lists) {
    try {
      const revoked = revoked_in(given, places), as_of = day_of(given.proof.created);
      if (!places.some((one) => one.list === given.id)) continue;
      nodes.push(...show_signer(checked, name, given, statements));
      nodes.push(revoked.length
        ? verdict("bad", [`截至 ${as_of} 已撤销：${revoked.map((one) => one.name).join("、")}`, `Revoked as of ${as_of}: ${revoked.map((one) => one.name).join(", ")}`])
        : verdict("good", [`截至 ${as_of} 没有被撤销（${name}）`, `Not revoked as of ${as_of} (${name})`]));
    } catch {
      nodes.push(verdict("bad", [`${name} 不是有效的撤销名单`, `${name} is no list of revocations that holds`]));
    }
  }
  return nodes;
}

function show_package(name, bytes, lists, statements) {
  const checked = check_package(bytes), nodes = [], manifest = checked.manifest;
  if (checked.faults.length) {
    nodes.push(verdict("bad", [`${name}：核验不通过`, `${name}: it does not hold`]));
    nodes.push(list(checked.faults.map(({code, place}) => [`${WORDS[code][0]} ${place}`, `${WORDS[code][1]} ${place}`])));
    return nodes;
  }
  nodes.push(verdict("good", [`${name}：每一个字节都与签发时相同`, `${name}: every byte is as it was when it was signed`]));
  const key = key_of_method(manifest.proof.verificationMethod), since = (manifest.keys.find((one) => one.id === manifest.issuer.id) || {}).from;
  if (manifest.issuer.description) nodes.push(verdict("warn", ["演示环境签发：人员和成绩均为虚构", "Issued by a demonstration: people and results are invented"]));
  nodes.push(facts([
    [["编号", "Number"], manifest.number], [["签发单位", "Issuer"], manifest.issuer.name], [["签发时间", "Issued"], day_of(manifest.issued)],
    [["密钥指纹", "Fingerprint of the key"], fingerprint(key), "key"], [["密钥启用", "Key in use since"], since ? day_of(since) : "–"],
    [["文件", "Files"], folded(`${checked.files.size}`, [...checked.files.keys()].join(", "))],
  ]));
  nodes.push(made("h2", "", inline(["证明了什么", "What is proved"])), list([
    ["包内所有文件自签发以来没有改动，由上面指纹的密钥签名。", "No file of the package was changed since it was signed by the key with the fingerprint above."],
    ["档案中的每一项、每一张证书都由该密钥或清单列出的旧密钥签名。", "Every line of the record and every certificate is signed by that key, or by an older key that the list names."],
  ]));
  nodes.push(made("h2", "", inline(["没有证明什么", "What is not proved"])), list([
    ["密钥属于该单位：请把指纹与纸质材料或单位网站公布的指纹核对。", "That the key is the issuer's: compare the fingerprint with the one on paper or on the issuer's website."],
    ["签发之后是否更正或撤销：请加上网站最新的撤销名单。", "That nothing was corrected or revoked since: add the latest list of revocations."],
    ["本页自身未被改动：它的校验和印在 PDF 上，也在单位网站公布。", "That this page itself was not changed: its checksum is printed in the PDF and published on the website."],
  ]));
  const inside = [...checked.documents].filter(([path]) => path.startsWith("status-")).map(([path, given]) => ({name: path, list: given}));
  nodes.push(...show_keys(manifest));
  nodes.push(made("h2", "", inline(["是否撤销", "Revocation"])), ...show_status(checked, lists.length ? lists : inside, statements));
  const record = checked.documents.get("evidence.json");
  if (record && Array.isArray(record.people)) nodes.push(...show_people(record.people));
  return nodes;
}

async function take(files) {
  const result = document.getElementById("result"), packages = [], lists = [], statements = [], nodes = [];
  result.replaceChildren();
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (!file.name.endsWith(".json")) { packages.push([file.name, bytes]); continue; }
    let given = null;
    try { given = JSON.parse(text_of(bytes)); } catch { /* it stays null, and is said to be no list */ }
    if (is_object(given) && Array.isArray(given.keys)) statements.push(...statements_of(given));
    else lists.push({name: file.name, list: given});
  }
  for (const [name, bytes] of packages) {
    try { nodes.push(...show_package(name, bytes, lists, [...statements])); } catch (error) { nodes.push(verdict("bad", [`${name}：无法读取`, `${name}: cannot be read (${error.message})`])); }
  }
  if (!packages.length) nodes.push(verdict("warn", ["请选择证明材料包（ZIP）", "Choose a package (ZIP)"]));
  result.replaceChildren(...nodes);
}

function take_paper() {
  let found = null;
  try { found = check_paper(document.getElementById("scanned").value); } catch { /* it stays null */ }
  if (found === null) {
    document.getElementById("result").replaceChildren(verdict("bad", ["签名不成立，或文字不完整", "The signature does not hold, or the text is not whole"]));
    return;
  }
  const said = found.facts;
  document.getElementById("result").replaceChildren(
    verdict("good", ["签名成立：请与纸面逐项核对", "The signature holds: compare every line with the paper"]),
    facts([
      [["编号", "Number"], said.c], [["姓名", "Name"], said.n], [["名称", "Title"], said.t], [["日期", "Day"], said.d], [["结果", "Outcome"], said.r],
      [["签发单位", "Issuer"], said.i], [["密钥指纹", "Fingerprint of the key"], fingerprint(found.key), "key"],
    ]),
    list([["请把指纹与单位公布的核对；是否撤销须上网查询。", "Compare the fingerprint with the one that is published; whether it was revoked only the website says."]]));
}

function begin() {
  const chosen = document.getElementById("files"), drop = document.getElementById("drop");
  chosen.addEventListener("change", () => take([...chosen.files]));
  document.getElementById("check-paper").addEventListener("click", take_paper);
  document.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  document.addEventListener("dragleave", () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); take([...event.dataTransfer.files]); });
}

begin();
