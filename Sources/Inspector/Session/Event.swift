import RangedMmap
import SystemPackage

package struct Event: Sendable {
  package enum Kind: Sendable {
    case done
    /// Something to read: bytes, counts, help.
    case output
    /// Others did something to the file.
    case news
    /// What a script or a person expected is so.
    case expected
    case caption
    /// A caption that was shown before, and is shown again.
    case captionAgain
    /// For the presenter alone.
    case note
    /// What the program says by itself to the person who uses it.
    case notice
    case failure
  }

  package let kind: Kind
  package let lines: [String]
  /// Whether the lines depend on the kernel, and differ on another machine.
  package let isMeasured: Bool
  /// When it was noted; `nil` before that.
  package internal(set) var time: WallTime?
  /// Whether each line begins with its own time.
  package let hasOwnTimes: Bool
  /// Whether the log has said the same of the same already, and need not have it again.
  package internal(set) var isKnown = false
  /// Whether it is what others did to the file, and answers no command.
  package internal(set) var isOfOthers = false
  /// How many of the pages that it wrote had been stored to; `nil` where that is not watched, or it wrote none.
  var stored: StoredCount?
  /// What it cost, where a command did something to the file or took a job.
  package internal(set) var cost: ActCost?

  /// How long it took.
  package var duration: Duration? { cost?.time }

  package init(_ kind: Kind, _ lines: [String], isMeasured: Bool = false, hasOwnTimes: Bool = false) {
    self.kind = kind
    self.lines = lines
    self.isMeasured = isMeasured
    self.hasOwnTimes = hasOwnTimes
  }

  func adding(_ line: String) -> Event {
    var event = Event(kind, lines + [line], isMeasured: true, hasOwnTimes: hasOwnTimes)
    (event.time, event.isKnown, event.cost, event.stored) = (time, isKnown, cost, stored)
    return event
  }

  static func done(_ line: String) -> Event { Event(.done, [line]) }

  static func workersHaveEnded(_ operations: Int, after time: Duration? = nil) -> Event {
    var event = Event.done("workers have ended: \(counted(operations, "operation"))")
    event.cost = time.map(ActCost.init(time:))
    return event
  }

  static func news(_ line: String) -> Event { Event(.news, [line]) }

  /// What a refusal says is worth reading: a caption may be about it.
  static func refusedAsExpected(_ error: CommandError) -> Event { Event(.output, ["as expected: \(error)"]) }

  static func asExpected(_ what: String, isMeasured: Bool = false) -> Event {
    Event(.expected, ["as expected: \(what)"], isMeasured: isMeasured)
  }
}

extension Event: Equatable {
  /// Whether both say the same, whenever that was and however long it took.
  package static func == (one: Event, other: Event) -> Bool {
    one.kind == other.kind && one.lines == other.lines && one.isMeasured == other.isMeasured
  }
}
