import Inspector
import TerminalCanvas

/// The line that is being typed, and above it what helps.
extension Prompt: ScreenLayer {
  func draw(_ shown: Snapshot, on canvas: inout Canvas, _ layout: Layout) {
    let area = layout.prompt
    canvas.clear(area)
    canvas.write(":", x: area.x, y: area.y, Style(.key))
    let wrongColumns = error?.columns ?? 0..<0
    var x = area.x + 1
    for index in firstShown(area)..<line.text.count {
      let style = wrongColumns.contains(index) ? Self.wrong : .plain
      let character = line.text[index]
      guard x + String(character).columns <= area.x + area.width else { break }
      x = canvas.write(String(character), x: x, y: area.y, style)
    }
    // What is missing is marked where it should have come.
    if wrongColumns.upperBound > line.text.count { canvas.put(" ", x: x, y: area.y, Self.wrong) }
    // What lies over the panes is read to its last row.
    if shown.interface.overlay == nil { HintView.draw(self, shown, on: &canvas, area) }
  }

  private static let wrong = Style(.error, isReversed: true)

  func cursor(_ layout: Layout) -> (x: Int, y: Int)? {
    let before = line.text[firstShown(layout.prompt)..<line.cursor]
    return (layout.prompt.x + 1 + String(before).columns, layout.prompt.y)
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

/// The last line while nobody types: the keys that matter.
enum KeysLine: Pane {
  // In a narrow window the ways out and to help come before the rest.
  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    if let replay = shown.interface.replay {
      ReplayView.draw(replay, on: &canvas, area)
      return
    }
    let hints = shown.hints
    var room = area.width - 1
    let kept = Set(
      hints.sorted { $0.rank < $1.rank }.filter { hint in
        room -= hint.key.count + hint.name.count + 3
        return room >= -2
      }.map(\.rank))
    var x = area.x + 1
    for hint in hints where kept.contains(hint.rank) {
      x = canvas.write(hint.key, x: x, y: area.y, Style(.key))
      x = canvas.write(" " + hint.name, x: x, y: area.y, Style(.dim)) + 2
    }
  }
}

/// The rows above the line that is being typed: what is wrong with it, what its word could become, or its usage.
enum HintView {
  private static let mostRows = 3

  static func draw(_ prompt: Prompt, _ shown: Snapshot, on canvas: inout Canvas, _ promptArea: Area) {
    let width = promptArea.width - 1
    if prompt.error == nil, let choices = prompt.choices {
      draw(choices, on: &canvas, rows(1, above: promptArea, on: &canvas))
      return
    }
    let text = shown.interface.glyphs.spell(prompt.error?.description ?? hint(prompt.line, width))
    let lines = wrapped(text, width, rows: mostRows, shown.interface.glyphs)
    let area = rows(lines.count, above: promptArea, on: &canvas)
    for (row, line) in lines.enumerated() {
      canvas.write(line, x: area.x + 1, y: area.y + row, Style(prompt.error == nil ? .dim : .error), limit: width)
    }
  }

  private static func rows(_ count: Int, above area: Area, on canvas: inout Canvas) -> Area {
    let rows = Area(x: area.x, y: area.y - count, width: area.width, height: count)
    canvas.clear(rows)
    return rows
  }

  private static func hint(_ line: PromptLine, _ width: Int) -> String {
    guard !line.text.isEmpty else { return "Tab completes, ↑ recalls, ? lists commands, Esc leaves" }
    if let (verb, usage) = Completion.usage(of: line.beforeCursor) {
      // What it does is worth no row of its own.
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
      canvas.write("nothing is known that could stand here", x: area.x + 1, y: area.y, Style(.dim))
      return
    }
    let pages = pages(labels.map { label in label.columns + 2 }, area.width - 8)
    let page = pages.first { $0.contains(choices.index ?? 0) } ?? 0..<labels.count
    var x = area.x + 1
    for index in page {
      x = canvas.write(labels[index], x: x, y: area.y, Style(.text, isReversed: index == choices.index)) + 2
    }
    if page.count < labels.count {
      let rest = "+\(labels.count - page.count)"
      canvas.write(rest, x: area.x + area.width - rest.count, y: area.y, Style(.dim))
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
