import Inspector
import TerminalCanvas

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
    let text =
      prompt.error.map { shown.glyphs.spell(line: $0.description) } ?? shown.glyphs.spell(hint(prompt, width))
    let lines = wrapped(text, width, rows: mostRows, shown.glyphs)
    let area = promptArea.above(lines.count)
    canvas.fill(area)
    canvas.write(lines: lines, in: area.inset(left: 1), Style(prompt.error == nil ? .dim : .error))
  }

  private static func hint(_ prompt: Prompt, _ width: Int) -> String {
    if let search = prompt.search {
      return "search back: \(search.wanted)\(search.isFound ? "" : " (in no line)")    Ctrl-R older, "
        + "Enter enters, Esc keeps, Ctrl-G undoes"
    }
    let line = prompt.line
    if prompt.kind == .find { return FindPrefix.hint }
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
    let page =
      choices.index.flatMap { index in pages.first { $0.contains(index) } } ?? pages[choices.page % pages.count]
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
