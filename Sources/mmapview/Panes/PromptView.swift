import Inspector
import TerminalCanvas

/// The line that is being typed, and the hints above it.
extension Prompt: ScreenLayer {
  func draw(_ shown: Snapshot, on canvas: inout Canvas, _ layout: Layout) {
    canvas.fill(layout.prompt)
    canvas.write(":", in: layout.prompt, Style(.key))
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
    let context = Completion.Context(rangeCount: loop.session.rangeCount)
    let line = self.line.string
    switch take(key, loop.history, context) {
    case .typing: return .stays
    case .left: return .leaves()
    case .help:
      loop.interface.overlay = Overlay(
        Completion.usage(of: line)?.verb.manual ?? HelpText.commands(loop.interface.glyphs))
      return .stays
    case .entered(let command):
      guard let command else { return .leaves() }
      return .leaves { loop in
        loop.history.record(line)
        loop.perform(command)
      }
    }
  }
}

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

/// The rows above the line that is being typed: what is wrong with it, what its word could become, or its usage.
enum HintView {
  private static let mostRows = 3

  static func draw(_ prompt: Prompt, _ shown: Snapshot, on canvas: inout Canvas, _ promptArea: Area) {
    if prompt.error == nil, let choices = prompt.choices {
      canvas.fill(promptArea.above(1))
      draw(choices, on: &canvas, promptArea.above(1).inset(left: 1))
      return
    }
    let width = promptArea.width - 1
    let text = shown.glyphs.spell(prompt.error?.description ?? hint(prompt.line, width))
    let lines = wrapped(text, width, rows: mostRows, shown.glyphs)
    let area = promptArea.above(lines.count)
    canvas.fill(area)
    canvas.write(lines: lines, in: area.inset(left: 1), Style(prompt.error == nil ? .dim : .error))
  }

  private static func hint(_ line: PromptLine, _ width: Int) -> String {
    guard !line.text.isEmpty else { return "Tab completes, ↑ recalls, ? lists commands, Esc leaves" }
    if let (verb, usage) = Completion.usage(of: line.beforeCursor) {
      // The help is not worth a second row.
      let line = "\(usage)    \(verb.help)"
      return line.count <= width ? line : usage
    }
    let names = Verb.all.map(\.name).filter { $0.hasPrefix(line.string) }
    return names.isEmpty ? "no command begins so; ? at an empty line shows them all" : names.joined(separator: "  ")
  }

  // As many as fit, from where the chosen one is in view.
  private static func draw(_ choices: Prompt.Choices, on canvas: inout Canvas, _ area: Area) {
    let labels = choices.completion.candidates.map(\.label)
    guard !labels.isEmpty else {
      canvas.write("nothing is known that could stand here", in: area, Style(.dim))
      return
    }
    // 7 columns for the count of the rest.
    let pages = pages(labels.map { label in label.columns + 2 }, area.width - 7)
    let page = pages.first { $0.contains(choices.index ?? 0) } ?? 0..<labels.count
    var rest = area
    for index in page {
      canvas.write(labels[index], into: &rest, Style(.text, isReversed: index == choices.index))
      rest = rest.inset(left: 2)
    }
    if page.count < labels.count {
      let more = "+\(labels.count - page.count)"
      canvas.write(more, in: area.inset(left: area.width - more.count), Style(.dim))
    }
  }

  private static func pages(_ widths: [Int], _ room: Int) -> [Range<Int>] {
    var pages: [Range<Int>] = []
    var (start, used) = (0, 0)
    for index in widths.indices {
      if index > start, used + widths[index] > room {
        pages.append(start..<index)
        (start, used) = (index, 0)
      }
      used += widths[index]
    }
    return pages + [start..<widths.count]
  }
}
