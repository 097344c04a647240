import Glibc
import PageCache
import RangedMmap

/// Whose faults are watched.
enum WatchedProcess: Sendable, Equatable, CustomStringConvertible {
  case numbered(Int32)
  /// The program that a lesson has started.
  case child

  var description: String {
    switch self {
    case .numbered(let number): "\(number)"
    case .child: "child"
    }
  }
}

struct WatchFaultsAction: ReadOnlyAction {
  let process: WatchedProcess

  static let verb = Verb(
    "faults",
    help:
      "watch which pages of the file a process faults in, by all its threads, until it ends; alone: what was seen; a fault "
      + "is a first touch, and what is mapped already makes none",
    example: "faults 4711",
    forms: [
      Form(keyword: nil, .optional(.process)) { process -> any Action in
        if let process { WatchFaultsAction(process: process) } else { FaultsAction(asJSON: false) }
      },
      Form("json") { FaultsAction(asJSON: true) },
      Form("off") { FaultsOffAction() },
    ])

  var words: [String?] { ["faults", "\(process)"] }

  func perform(in session: Session) throws(CommandError) -> Event {
    _ = try session.openFile()
    let file = try session.reachableFile("faults")
    let number = try number(in: session)
    guard number != getpid() else {
      throw CommandError(
        "faults \(process): that is this program itself; `set cost on` shows the faults of its own acts, and `users` lists "
          + "the others that have the file")
    }
    let feed = try FaultFeed(file, by: number, isChild: process == .child, waking: session.wakeUp)
    let before = session.endFaults()
    session.document.faults = feed
    var lines = ["faults of \(feed.process) on this file are watched until it ends, or `faults off`"]
    if let before, !before.hasEnded { lines[0] += "; those of \(before.process) no more" }
    if !feed.mapsFile { lines.append("it does not have the file mapped now; what it faults once it has is seen") }
    guard !session.document.faultsAreExplained else { return Event(.done, lines, isMeasured: true) }
    session.document.faultsAreExplained = true
    return Event(.output, lines + Self.limits(feed), isMeasured: true)
  }

  private func number(in session: Session) throws(CommandError) -> Int32 {
    switch process {
    case .numbered(let number): return number
    case .child:
      guard let child = session.host.child else {
        throw CommandError(
          "faults child: only a lesson has a child; name a process by its number, as `users` lists them")
      }
      guard let number = child() else {
        throw CommandError("faults child: no child was started; `outside start NAME SIZE COMMAND…` starts one")
      }
      return number
    }
  }

  // What is easily taken for an access that was missed.
  private static func limits(_ feed: FaultFeed) -> [String] {
    [
      "a fault is a first touch: a page that is mapped already makes none, and read(2) and write(2) of the file make none; "
        + "a read maps its neighbours in memory as well (\(faultAround)), and a large folio is mapped whole"
    ]
      + (feed.includesSystemCalls
        ? [] : ["what the kernel touches for it, as in write(2) of mapped bytes, is seen with CAP_PERFMON alone"])
  }

  // By root alone, where debugfs is mounted.
  private static var faultAround: String {
    guard let size = UInt32(inFile: "/sys/kernel/debug/fault_around_bytes") else { return "up to 16 pages, as a rule" }
    return "up to \(counted(max(1, Int(size) / Alignment.page), "page")) here"
  }

  // Another run has other processes.
  func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    process == .child ? .command(Command(self)) : .remark("the process was of then; name one that is there")
  }
}

struct FaultsOffAction: ReadOnlyAction {
  var words: [String?] { ["faults", "off"] }

  func perform(in session: Session) throws(CommandError) -> Event {
    guard let feed = session.endFaults() else { return .done("no process's faults are watched") }
    return Event(
      .done, ["faults of \(feed.process) are watched no more: \(feed.counts.words) were seen"], isMeasured: true)
  }
}

/// What was seen of the faults that are watched.
struct FaultsAction: FactsAction {
  let asJSON: Bool

  var words: [String?] { ["faults", asJSON ? "json" : nil] }

  func lines(of file: MmapFile, in session: Session) throws(CommandError) -> [String] {
    guard let feed = session.document.faults else {
      return ["no process's faults are watched; `faults PID` watches them"]
    }
    let end = feed.hasEnded ? ", and it has ended" : ""
    return ["\(feed.process): \(feed.counts.words) were seen since \(feed.since)\(end)"]
  }

  func json(of file: MmapFile, in session: Session) -> JSON {
    let feed = session.document.faults
    let counts = feed?.counts
    return [
      "pid": JSON(feed.map { Int($0.processID) }), "name": JSON(feed?.name), "ended": JSON(feed?.hasEnded),
      "since": JSON(feed?.since.date), "last": JSON(counts?.last?.date), "faults": JSON(counts?.faults),
      "major": JSON(counts?.major), "pages": JSON(counts?.pages), "lost": JSON(counts?.lost),
      "systemCalls": JSON(feed?.includesSystemCalls),
      "runs": JSON(feed?.runs.map { ["first": JSON($0.lowerBound), "last": JSON($0.upperBound - 1)] }),
    ]
  }

  func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .command(Command(self)) }
}

extension ArgumentKind {
  static let process = ArgumentKind(
    "PID", "process",
    "the number of a process, as `users` lists them; in a lesson `child`, the program that it started",
    from: .processes)
}

extension Parameter where Value == WatchedProcess {
  static var process: Self {
    Parameter(.process) { word, what throws(SyntaxError) in
      if word.text == "child" { return .child }
      return .numbered(Int32(clamping: try Literal.count(word, what)))
    }
  }
}
