import Inspector
import PageCache
import RangedMmap
import TerminalCanvas

enum PagePane {
  /// Draws the facts, one a line, and returns how many lines it took.
  static func drawFacts(_ shown: Snapshot, on canvas: inout Canvas, _ area: Area) -> Int {
    guard let file = shown.file else { return 0 }
    let page = shown.view.cursor
    let offset = page * Alignment.page
    var heading = area
    canvas.write("page \(page)", into: &heading, Style(.title))
    let place = [" at \(address(offset))", "\(offset)"]
    canvas.write(fitting(place, heading.width, shown.glyphs, separator: " = "), in: heading)
    var row = 1
    func fact(_ name: String, _ parts: [String], _ style: Style = .plain) {
      guard row < area.height else { return }
      canvas.write(name, in: area.row(row), Style(.dim, isMeasured: style.isMeasured))
      let value = area.row(row).inset(left: 8)
      canvas.write(fitting(parts, value.width, shown.glyphs), in: value, style)
      row += 1
    }
    func drawFault(_ fault: SeenFault) {
      let words = shown.interface.showsTimes ? fault.words : [fault.words[0]]
      let (style, line) = (Style(.faulted, isMeasured: true), words.joined(separator: " "))
      if line.columns <= area.width - 8 { return fact("faulted", [line], style) }
      // The time is worth a row of its own.
      fact("faulted", [words[0]], style)
      if words.count > 1 { fact("", Array(words.dropFirst()), style) }
    }
    let state = file.states[page]
    if shown.layer != .kernel { fact("state", [file.word(for: state)], Style(state.row.role)) }
    if let range = shown.range {
      fact("range", range.facts, Style(.text, isMeasured: isChance(range.author, shown)))
      if let pattern = range.pattern { fact("bytes", ["\(pattern)"]) }
      if shown.interface.showsTimes { fact("when", range.history.steps) }
    } else if let holder = shown.workers.holder(ofPage: page) {
      fact("range", ["in the hands of worker \(holder.number)"])
    }
    if let stored = shown.storesFact { fact(PageMark.stored.row.name, [stored]) }
    if shown.layer != .library {
      let sample = shown.interface.kernel
      // The kernel calls what is behind the end not cached, and a hole.
      if let size = shown.otherSize, size <= offset {
        fact("kernel", ["the file ends before it"], Style(.error))
        return row
      }
      fact("kernel", kernelText(shown, area.width - 8), kernelStyle(page, sample))
      if let fault = shown.faults?.ofCursor { drawFault(fault) }
      if let due = shown.dirtiness?.due { fact("due", due.words, Style(.text, isMeasured: true)) }
      // A frame that is kept for comparison says nothing of the disk that it was made on.
      if shown.interface.showsTimes { fact("file", whereabouts(shown, sample), Style(.text, isMeasured: true)) }
      if let extent = sample?.extent, sample?.cursor == page {
        fact("disk", diskText(extent), Style(.text, isMeasured: true))
      }
      if let delay = shown.interface.delay {
        let tenths = max(1, Int((delay / .milliseconds(100)).rounded()))
        fact("sampled", ["every \(tenths / 10).\(tenths % 10) s", "to be gentle"], Style(.dim, isMeasured: true))
      }
    } else if let fault = shown.faults?.ofCursor {
      drawFault(fault)
    }
    if let amplification = shown.amplification {
      let lines = wrapped(amplification.sentence, area.width, rows: area.height - row, shown.glyphs)
      canvas.write(lines: lines, in: area.below(row), Style(.caption, isMeasured: amplification.dirty != nil))
      row += lines.count
    }
    return row
  }

  private static func whereabouts(_ shown: Snapshot, _ sample: KernelSample?) -> [String] {
    let inode = shown.sampledFile.map { ["inode \($0.inode)"] } ?? []
    if shown.sampledFile?.isDevice == true { return ["block device"] + inode }
    guard let name = sample?.fileSystem?.name else { return inode }
    return [name] + inode + (sample?.fileSystem?.mountPoint.map { ["at \($0)"] } ?? [])
  }

  // Which of several threads comes first differs from run to run.
  private static func isChance(_ author: Author, _ shown: Snapshot) -> Bool {
    if case .worker = author { !shown.workers.isStepped } else { false }
  }

  static func kernelStyle(_ page: Int, _ sample: KernelSample?) -> Style {
    let state = sample?.cursor == page ? sample?.state : nil
    let cell = state.map { KernelCell($0, isResidencyOnly: sample?.isResidencyOnly == true) }
    return Style(KernelState(cell).row.role, isMeasured: true)
  }

  static func kernelText(_ shown: Snapshot, _ width: Int) -> [String] {
    let (page, sample) = (shown.view.cursor, shown.interface.kernel)
    guard let sample else { return ["asking"] }
    guard sample.cursor == page, let state = sample.state else { return ["unknown"] }
    guard state.contains(.cached) else { return ["not cached"] }
    if sample.isResidencyOnly { return ["cached, else unknown"] }
    let time = shown.dirtiness.flatMap { state.contains(.dirty) ? sinceWords($0, width) : nil }
    let words = time.map { "\(state)".replacing("dirty", with: "dirty " + $0) } ?? "\(state)"
    guard sample.alike.count > 1 else { return [words] }
    return [words, "like \(named(sample.alike))"]
  }

  // A time of day, which stays true while the screen stands still; in fewer columns where there is no room.
  private static func sinceWords(_ dirtiness: Dirtiness, _ width: Int) -> String? {
    dirtiness.sinceWords.first { $0.columns + "dirty ".count <= width }
  }

  static func diskText(_ extent: Extent) -> [String] {
    switch extent.kind {
    case .hole: ["hole"] + extent.marks + ["reads as zeros"]
    case .delayed: ["delayed"] + extent.marks + ["no blocks yet"]
    case .unwritten: ["reserved"] + extent.marks + ["reads as zeros"]
    case .written, .inline, .data: [extent.kind.rawValue] + extent.marks
    }
  }
}
