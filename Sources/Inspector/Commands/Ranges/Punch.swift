import RangedMmap

/// Gives the blocks of ranges back to the file system.
struct PunchAction: Action {
  let target: PageTarget

  static let verb = Verb(
    "punch", .target,
    help: "give the blocks of whole ranges back to the file system: holes, which can be written again",
    example: "punch r1"
  ) { PunchAction(target: $0) }

  var words: [String?] { [Self.verb.name, "\(target)"] }
  var neededLabels: ClosedRange<Int>? { target.labels }
  var isTimed: Bool { true }
  var dropsDirtyPages: Bool { true }

  func perform(in session: Session) throws(CommandError) -> Event {
    let name = "punch \(target)"
    _ = try session.openFile()
    try session.document.requireRanges(for: name)
    let file = try session.document.writableFile()
    try session.requireNoJob("punch")
    let labels = try labels(in: session, of: file)
    let line =
      "punched \(target): \(counted(labels.pages, "page"))\(labels.all.count > 1 ? " in \(labels.all.count) ranges" : "")"
    return try session.send(labels.all, name, .punch, reporting: "\(line), which read as zeros") { Command.punch($0) }
  }

  private func labels(in session: Session, of file: MmapFile) throws(CommandError) -> (all: [Int], pages: Int) {
    let ranges = session.document.ranges.count
    let labels: [Int]
    switch target {
    case .all:
      guard ranges > 0 else {
        throw CommandError("punch all: there are no ranges yet; `allocate` takes the next free pages")
      }
      labels = Array(1...ranges)
    case .ranges(let wanted): labels = try session.known(wanted)
    case .pages(let selection):
      let wanted = try session.pages(try session.pages(selection, for: "punch"), of: file)
      labels = try session.labels(covering: wanted, for: "punch \(target)")
    }
    return (labels, labels.reduce(0) { $0 + Alignment.pages(in: session.document.ranges.bytes($1).count) })
  }
}

extension Session {
  /// The ranges that some pages are all of; refuses a part of one, and pages that are in none.
  fileprivate func labels(covering pages: Range<Int>, for step: String) throws(CommandError) -> [Int] {
    let labels = selectedLabels(pages)
    for label in labels {
      let whole = Alignment.pages(of: document.ranges.bytes(label))
      guard whole.clamped(to: pages) == whole else {
        throw CommandError(
          "\(step): r\(label) has \(named(whole)); \(Rule.punched); `punch r\(label)` punches it, and "
            + "`reuse r\(label)` with `split r\(label) 1p` parts it before")
      }
    }
    guard let other = pages.first(where: { document.ranges.label(ofPage: $0) == nil }) else { return labels }
    if let holder = workers.holder(ofPage: other) {
      throw CommandError("\(step): page \(other) is in the hands of worker \(holder.number); \(Rule.punched)")
    }
    let what = file.map { other < $0.states.count } == true ? "is in no range" : "is not mapped"
    throw CommandError("\(step): page \(other) \(what); \(Rule.punched); `allocate` takes the next free pages")
  }
}

extension Command {
  package static func punch(_ ranges: ClosedRange<Int>) -> Command { Command(PunchAction(target: .ranges(ranges))) }
  fileprivate static func punch(_ ranges: RangeSelection) -> Command {
    Command(PunchAction(target: ranges.labels.map(PageTarget.ranges) ?? .all))
  }
}
