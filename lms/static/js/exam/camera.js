// Takes a few pictures an hour at random moments, where the candidate consented to it. The picture is made small here; the
// server makes it anew. A camera that fails does not hold anybody up: the server is told why, and the page says so.

const SIDE = 640;
const QUALITY = 0.6;
const WARM = 1500;

const between = ([least, most]) => (least + Math.random() * (most - least)) * 1000;

function note() {
  const made = document.createElement("p");
  made.className = "exam-camera small";
  made.setAttribute("role", "status");
  document.getElementById("paper").before(made);
  return made;
}

async function picture(stream) {
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = stream;
  await video.play();
  await new Promise((done) => setTimeout(done, WARM)); // the first frames of many cameras are black
  const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  video.srcObject = null;
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

/** Begins to take pictures for the attempt of `settings`; they stop with the page. */
export async function watchCamera({ camera, selfUrl, headers }) {
  const words = camera.words;
  const place = note();
  const send = (body, query = "") =>
    fetch(`${selfUrl}/camera${query}`, { method: "POST", headers: { ...headers, "Content-Type": "image/jpeg" }, body }).catch(() => null);
  const failed = (why) => {
    place.dataset.state = "off";
    place.textContent = words.off;
    send("", `?fault=${why}`);
  };
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: SIDE } }, audio: false });
  } catch (error) {
    return failed(error.name === "NotFoundError" ? "none" : "denied");
  }
  place.dataset.state = "on";
  place.textContent = words.on;
  const [track] = stream.getVideoTracks();
  let timer = 0;
  /** The server wants no picture of this page: the exam is over, goes on elsewhere, or consent was taken back. */
  const close = () => {
    clearTimeout(timer);
    track.stop();
    place.remove();
  };
  track.addEventListener("ended", () => {
    clearTimeout(timer);
    failed("stopped");
  });
  const again = (range) => {
    timer = setTimeout(async () => {
      const made = await picture(stream).catch(() => null);
      const answer = made && (await send(made));
      if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) close();
      else again(camera.next);
    }, between(range));
  };
  again(camera.first);
}
