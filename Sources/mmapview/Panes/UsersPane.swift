import Inspector
import PageCache
import TerminalCanvas

/// The other processes that have the file, where no workers need the room.
enum UsersPane: Pane {
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard shown.layer != .library, let users = shown.interface.kernel?.users, area.height > 0 else { return }
    // Of those that have no room, writers are missed most.
    let others = users.filter { !$0.isSelf && $0.canChange } + users.filter { !$0.isSelf && !$0.canChange }
    guard !others.isEmpty else { return }
    var heading = area
    canvas.write("open elsewhere", into: &heading, Style(.title, isMeasured: true))
    let rest = area.below(1)
    guard rest.height > 0 else {
      // Which they are says more than that there are some.
      let line = ": " + fitting(others.map(\.summary), heading.width - 2, shown.glyphs)
      canvas.write(line, in: heading, Style(.text, isMeasured: true))
      return
    }
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
