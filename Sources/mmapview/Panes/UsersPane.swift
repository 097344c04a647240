import Inspector
import PageCache
import TerminalCanvas

/// The other processes that have the file, where no workers need the room.
enum UsersPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard shown.layer != .library, let users = shown.interface.kernel?.users, area.height > 0 else { return }
    let others = users.filter { !$0.isSelf }
    guard !others.isEmpty else { return }
    canvas.write("open elsewhere", in: area, Style(.title, isMeasured: true))
    let rest = area.below(1)
    let fits = others.count <= rest.height
    let first = others.prefix(fits ? others.count : max(0, rest.height - 1))
    let lines = first.map { user in
      let effects = user.effects.isEmpty ? "" : ": " + user.effects.joined(separator: "; ")
      return shortened(user.summary + effects, area.width, shown.glyphs)
    }
    canvas.write(lines: lines, in: rest, Style(.text, isMeasured: true))
    if !fits, rest.height > 0 {
      let more = "and \(others.count - first.count) more"
      canvas.write(more, in: rest.row(first.count), Style(.dim, isMeasured: true))
    }
  }
}
