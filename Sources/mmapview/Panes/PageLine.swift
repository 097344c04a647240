import Inspector
import RangedMmap
import TerminalCanvas

/// The facts of a page in a row or two, where there is no room for a pane beside the grid, and below them why library and
/// kernel say different things of it.
enum PageLine: Pane {
  private typealias Part = (text: String, style: Style)

  static func draw(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) {
    guard let file = shown.file else { return }
    let inner = area.inset(left: 1)
    // A sentence that goes on is worth more than a second row of facts.
    let sentence = WhyPane.lines(shown, inner.width, rows: area.height - 1)
    let end = inner.y + area.height - sentence.count
    var rest = inner.row(0)
    canvas.write("page \(shown.view.cursor) ", into: &rest, Style(.title))
    // A measured text moves what stands behind it, and may need a row of its own.
    var (isFirst, isMeasured) = (true, false)
    for group in groups(shown, file) {
      isMeasured = isMeasured || group.contains { $0.style.isMeasured }
      let separator = isFirst ? "" : " \(shown.glyphs.bar) "
      if separator.columns + width(group) > rest.width, rest.y + 1 < end {
        rest = inner.row(rest.y + 1 - inner.y)
      } else {
        // A group is begun only where its first part has room.
        guard let part = group.first, separator.columns + part.text.columns <= rest.width else { continue }
        canvas.write(separator, into: &rest, Style(.dim, isMeasured: isMeasured))
      }
      write(group, on: &canvas, &rest)
      isFirst = false
    }
    canvas.write(lines: sentence, in: inner.below(rest.y + 1 - inner.y), WhyPane.style)
  }

  // What the library knows, what the kernel knows, and what is on the disk.
  private static func groups(_ shown: Snapshot, _ file: MmapFile) -> [[Part]] {
    let page = shown.view.cursor
    var library: [Part] = []
    if shown.layer != .kernel {
      library.append((file.word(for: file.states[page]), Style(file.states[page].row.role)))
    }
    if let range = shown.range {
      library += ["r\(range.label)", range.pattern.map { "\($0)" }].compactMap { $0 }.map { ($0, .plain) }
    }
    if let stored = shown.interface.stored, stored.total != nil, shown.storesFact?.hasPrefix("yes") == true {
      library.append((PageMark.stored.row.name, .plain))
    }
    let fault = shown.faults?.ofCursor.map { fault -> [Part] in
      let words = shown.interface.showsTimes ? fault.words.prefix(2) : fault.words.prefix(1)
      return [("faulted " + words.joined(separator: " "), Style(.faulted, isMeasured: true))]
    }
    guard shown.layer != .library else { return [library, fault ?? []].filter { !$0.isEmpty } }
    let sample = shown.interface.kernel
    let (text, style) = (Style(.text, isMeasured: true), PagePane.kernelStyle(page, sample))
    let words = PagePane.kernelText(shown, .max)
    var kernel = words.prefix(1).map { ($0, style) }
    // Until when comes before what its neighbours are.
    kernel += (shown.dirtiness.map { ["due " + $0.due.words[0]] } ?? Array(words.dropFirst())).map { ($0, text) }
    let disk = sample?.cursor == page ? sample?.extent.map { [("disk " + PagePane.diskText($0)[0], text)] } : nil
    return [library, kernel, fault ?? [], disk ?? []].filter { !$0.isEmpty }
  }

  private static func width(_ group: [Part]) -> Int { group.reduce(-2) { $0 + $1.text.columns + 2 } }

  // What does not fit is left out whole: a part of a label would be another range's.
  private static func write(_ group: [Part], on canvas: inout Canvas, _ rest: inout Area) {
    for (index, part) in group.enumerated() {
      let separator = index > 0 ? ", " : ""
      guard separator.columns + part.text.columns <= rest.width else { return }
      canvas.write(separator, into: &rest, part.style.isMeasured ? Style(.text, isMeasured: true) : .plain)
      canvas.write(part.text, into: &rest, part.style)
    }
  }
}
