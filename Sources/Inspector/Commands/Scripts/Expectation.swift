import PageCache
import RangedMmap

package enum KernelCount: String, Sendable, CaseIterable {
  case cached
  /// Pages that differ from the disk.
  case dirty
  /// Pages on their way to it.
  case writeback
  /// Pages that were in memory and are not any more, of which the kernel keeps a trace.
  case evicted
  /// Those that went so recently that reading them again shows memory to be short.
  case recentlyEvicted
}

/// A number that is expected: `16`, or `16+` for at least so many.
package struct ExpectedNumber: Sendable, Equatable {
  package let value: Int
  package let isLeast: Bool

  func matches(_ found: Int) -> Bool { isLeast ? found >= value : found == value }

  /// In words, of a number with its unit.
  func describe(_ number: String) -> String { isLeast ? "at least \(number)" : number }
}

/// A condition that a script checks.
package enum Expectation: Sendable, Equatable {
  case pages(PageSelection, PageState)
  case size(Int)
  case count(PageState, Int)
  case bytes(offset: Int, [UInt8])
  /// The kernel counts so many pages of the file or of a part of it, now or within a time.
  case kernel(KernelCount, ExpectedNumber, of: PageSelection?, within: Duration)
  case extents(PageSelection, Extent.Kind)
  /// The process whose faults are watched was seen to fault these pages, now or within a time.
  case faulted(PageSelection, within: Duration)
  /// So many pages of the file, or of a part of it, were stored to since their last sync.
  case stored(ExpectedNumber, of: PageSelection?)
  /// These pages were, and no others.
  case storedPages([PageSelection])
  /// The act before has cost so much.
  case cost(CostField, ExpectedNumber)
  /// What is attempted fails with a message that contains this text.
  case error(text: String, Attempt)

  /// Whether it tries a command.
  var isAttempt: Bool { if case .error = self { true } else { false } }
}

package enum Attempt: Sendable, Equatable {
  indirect case command(Command)
  /// Words that can't be read as a command, and why.
  case refused(words: [String], reason: String)
}

extension Expectation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .pages(let pages, let state): "page \(pages) \(state.word)"
    case .size(let size): "size \(Literal.describe(size: size))"
    case .count(let state, let number): "count \(state.word) \(number)"
    case .bytes(let offset, let bytes):
      "bytes \(Literal.describe(offset: offset)) " + bytes.map { hex($0, width: 2) }.joined()
    case .kernel(let count, let number, let pages, let time):
      "kernel " + (pages.map { "\($0) " } ?? "")
        + "\(count) \(number.value)\(number.isLeast ? "+" : "")"
        + (time > .zero ? " within \(Literal.describe(time: time))" : "")
    case .extents(let pages, let kind): "extent \(pages) \(kind)"
    case .faulted(let pages, let time):
      "faulted \(pages)" + (time > .zero ? " within \(Literal.describe(time: time))" : "")
    case .stored(let number, let pages):
      "stored " + (pages.map { "\($0) " } ?? "") + "\(number.value)\(number.isLeast ? "+" : "")"
    case .storedPages(let pages):
      "storedPages " + (pages.isEmpty ? "none" : pages.map { "\($0)" }.joined(separator: " "))
    case .cost(let field, let number):
      "cost \(field) \(Literal.describe(size: number.value))\(number.isLeast ? "+" : "")"
    case .error(let text, .command(let command)): "error \(Word.inQuotes(text)) \(command)"
    case .error(let text, .refused(let words, _)):
      "error \(Word.inQuotes(text)) " + words.map(Word.quote).joined(separator: " ")
    }
  }
}
