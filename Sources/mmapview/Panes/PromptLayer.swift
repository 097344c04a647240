import Inspector
import TerminalCanvas

/// The line that is being typed, and the hints above it.
extension Prompt: ScreenLayer {
  func draw(_ shown: Snapshot, on canvas: inout Canvas, _ layout: Layout) {
    canvas.fill(layout.prompt)
    canvas.write(kind.mark, in: layout.prompt, Style(.key))
    let wrongColumns = error?.columns ?? 0..<0
    var rest = layout.prompt.inset(left: 1)
    for index in firstShown(layout.prompt)..<line.text.count {
      let character = String(line.text[index])
      guard character.columns <= rest.width else { break }
      canvas.write(character, into: &rest, wrongColumns.contains(index) ? Self.wrong : .plain)
    }
    // A missing word is marked where it should have come.
    if wrongColumns.upperBound > line.text.count { canvas.put(" ", x: rest.x, y: rest.y, Self.wrong) }
    // An overlay is read to its last row.
    if shown.interface.overlay == nil { HintView.draw(self, shown, on: &canvas, layout.prompt) }
  }

  private static let wrong = Style(.error, isReversed: true)

  func cursor(_ layout: Layout) -> (x: Int, y: Int)? {
    let before = line.text[firstShown(layout.prompt)..<line.cursor]
    let rest = layout.prompt.inset(left: 1 + String(before).columns)
    return (rest.x, rest.y)
  }

  // A line longer than the window is shown from where its cursor is still in view.
  private func firstShown(_ area: Area) -> Int {
    var room = area.width - 2
    var first = line.cursor
    while first > 0, room >= String(line.text[first - 1]).columns {
      first -= 1
      room -= String(line.text[first]).columns
    }
    return first
  }

  mutating func take(_ key: Key, _ loop: RunLoop, _ layout: Layout) -> LayerOutcome {
    let context = Completion.Context(
      rangeCount: loop.session.rangeCount, marks: loop.session.markNames, processes: loop.session.mappingProcesses)
    let line = self.line.string
    switch take(key, kind == .command ? loop.history : loop.finds, context) {
    case .typing: return .stays
    case .left: return .leaves()
    case .help:
      let verb = kind == .command ? Completion.usage(of: line)?.verb : Verb.named("find")
      loop.interface.overlay = Overlay(verb?.manual ?? HelpText.commands(loop.interface.glyphs))
      return .stays
    case .entered(let command):
      guard let command else { return .leaves() }
      // A search back may have turned to another line.
      let (entered, kind) = (self.line.string, kind)
      return .leaves { loop in
        if kind == .find, !entered.isEmpty { loop.finds.record(entered) }
        loop.history.record(kind == .find ? "\(command)" : entered)
        loop.perform(command, isTyped: true)
      }
    }
  }
}
