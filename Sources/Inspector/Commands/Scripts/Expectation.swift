import PageCache
import RangedMmap

package enum KernelCount: String, Sendable, CaseIterable {
  case cached
  /// Pages that differ from the disk.
  case dirty
  /// Pages on their way to it.
  case writeback
}

/// How many pages the kernel is to count: `16`, or `16+` for at least so many.
package struct KernelNumber: Sendable, Equatable, CustomStringConvertible {
  package let pages: Int
  package let isLeast: Bool

  func matches(_ found: Int) -> Bool { isLeast ? found >= pages : found == pages }

  package var description: String { isLeast ? "at least \(counted(pages, "page"))" : counted(pages, "page") }
}

/// A condition that a script checks.
package enum Expectation: Sendable, Equatable {
  case pages(PageSelection, PageState)
  case size(Int)
  case count(PageState, Int)
  case bytes(offset: Int, [UInt8])
  /// The kernel counts so many pages of the file or of a part of it, now or within a time.
  case kernel(KernelCount, KernelNumber, of: PageSelection?, within: Duration)
  case extents(PageSelection, Extent.Kind)
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
        + "\(count) \(number.pages)\(number.isLeast ? "+" : "")"
        + (time > .zero ? " within \(Literal.describe(time: time))" : "")
    case .extents(let pages, let kind): "extent \(pages) \(kind)"
    case .error(let text, .command(let command)): "error \(Word.inQuotes(text)) \(command)"
    case .error(let text, .refused(let words, _)):
      "error \(Word.inQuotes(text)) " + words.map(Word.quote).joined(separator: " ")
    }
  }
}
