import DequeModule
import Glibc

struct LineInput {
  /// What came between two ends of line.
  struct Line {
    fileprivate let bytes: [UInt8]

    /// Whether there is nothing to be seen on it.
    var isBlank: Bool { bytes.allSatisfy { [0x20, 0x09, 0x0d].contains($0) } }

    var text: String {
      get throws {
        guard bytes.count <= LineInput.longest else {
          throw UsageError(description: "this line is longer than 1 MiB, which no command is; the rest is not read")
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
          throw UsageError(description: "this line is no text in UTF-8; type a command, as in `status`")
        }
        return text
      }
    }
  }

  // What is longer is no command.
  fileprivate static let longest = 1 << 20

  // Many lines come at once, and are taken one by one from the front.
  private var lines = Deque<Line>()
  private var begun: [UInt8] = []
  private(set) var hasEnded = false

  mutating func next() -> Line? { lines.popFirst() }

  /// Takes the first line of some kind, out of turn.
  mutating func next(where isWanted: (Line) -> Bool) -> Line? {
    lines.firstIndex(where: isWanted).map { lines.remove(at: $0) }
  }

  /// Reads the available bytes; blocks if there are none.
  mutating func read() {
    var part = [UInt8](repeating: 0, count: 1 << 16)
    // SAFETY: the buffer is the array's own, and is filled within its length.
    let count = unsafe part.withUnsafeMutableBytes { unsafe Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    hasEnded = count <= 0 || begun.count > Self.longest
    begun += part[..<max(0, count)]
    var parts = begun.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    begun = hasEnded ? [] : Array(parts.removeLast())
    lines.append(contentsOf: parts.lazy.map { Line(bytes: Array($0)) })
  }
}
