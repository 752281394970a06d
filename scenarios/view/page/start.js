const note = document.getElementById("note");
const asked = new URLSearchParams(location.search);
let viewer;

async function start() {
  await wasm_bindgen({ module_or_path: "re_viewer_bg.wasm" });
  viewer = new wasm_bindgen.WebHandle({
    url: [new URL("drive.rrd", location.href).href],
    render_backend: asked.get("renderer"),
    hide_welcome_screen: true,
    check_for_updates_on_startup: false,
    enable_history: false,
    notebook: false,
    persist: false,
    theme: "dark",
  });
  await viewer.start(document.getElementById("view"));
  note.remove();
  if (Number(asked.get("at")) > 0) seek(Number(asked.get("at"))).catch((error) => console.error(error));
}

// The viewer refuses for as long as the recording is not there.
async function seek(t_s) {
  const request = setTimeCursor("since start", Math.round(t_s * 1000) * 1_000_000);
  for (;;) {
    try {
      return await viewer.viewer_control(request);
    } catch (error) {
      if (error.name !== "ViewerControlError") throw error;
      await new Promise((wake) => setTimeout(wake, 200));
    }
  }
}

// Rerun's ViewerControlRequest in the wire format of Protocol Buffers: set_time_cursor { timeline { name } time { time } }.
function setTimeCursor(timeline, t_ns) {
  const name = field(1, [...new TextEncoder().encode(timeline)]);
  const time = [8, ...varint(t_ns)];
  return new Uint8Array(field(6, [...field(2, name), ...field(3, time)]));
}

const field = (number, bytes) => [(number << 3) | 2, bytes.length, ...bytes];
// By division: bit operations end at 32 bits.
const varint = (n) => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);

start().catch((error) => {
  note.textContent = `The viewer did not start: ${error}. Try this page with ?renderer=webgl.`;
  console.error(error);
});
