import TerminalCanvas

/// The last line while no command is typed: the keys that matter.
enum KeysLine: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    var rest = area.inset(left: 1)
    if let replay = shown.interface.replay {
      draw(replay, on: &canvas, rest)
      return
    }
    // In a narrow window the ways out and to help come before the rest.
    var room = rest.width
    let kept = Set(
      shown.hints.sorted { $0.rank < $1.rank }.filter { hint in
        room -= hint.key.count + hint.name.count + 3
        return room >= -2
      }.map(\.rank))
    for hint in shown.hints where kept.contains(hint.rank) { draw(hint.key, hint.name, on: &canvas, &rest) }
  }

  // While a script is played: where it stands, and the keys that steer it, as many as fit.
  private static func draw(_ status: Replay.Status, on canvas: inout Canvas, _ area: Area) {
    var rest = area
    let place = "line \(status.line) of \(status.lastLine)"
    canvas.write(status.isPaused ? "paused at \(place)" : "replaying \(place)", into: &rest)
    rest = rest.inset(left: 2)
    let keys = [
      ("Space", status.isPaused ? "goes on" : "pauses"), (".", "steps"), ("]", "next caption"), ("Esc", "ends"),
    ]
    for (key, name) in keys where key.count + 1 + name.count < rest.width { draw(key, name, on: &canvas, &rest) }
  }

  private static func draw(_ key: String, _ name: String, on canvas: inout Canvas, _ rest: inout Area) {
    canvas.write(key, into: &rest, Style(.key))
    canvas.write(" " + name, into: &rest, Style(.dim))
    rest = rest.inset(left: 2)
  }
}
