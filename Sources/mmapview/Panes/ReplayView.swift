import TerminalCanvas

/// The last line while a script is played: where it stands, and the keys that steer it.
enum ReplayView {
  static func draw(_ status: Replay.Status, on canvas: inout Canvas, _ area: Area) {
    let place = "line \(status.line) of \(status.lastLine)"
    let end = area.x + area.width
    var x =
      canvas.write(
        status.isPaused ? "paused at \(place)" : "replaying \(place)", x: area.x + 1, y: area.y, Style(.text),
        limit: area.width - 1) + 2
    // From the one that is missed most, as far as there is room.
    let keys = [
      ("Space", status.isPaused ? "goes on" : "pauses"), (".", "steps"), ("]", "next caption"), ("Esc", "ends"),
    ]
    for (key, name) in keys where x + key.count + 1 + name.count < end {
      x = canvas.write(key, x: x, y: area.y, Style(.key))
      x = canvas.write(" " + name, x: x, y: area.y, Style(.dim)) + 2
    }
  }
}
