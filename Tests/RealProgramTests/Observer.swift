import FileObserver
import SystemPackage

/// A witness: it samples a file by itself while the program is queried.
@safe final class Observer {
  private let observer: OpaquePointer

  /// Opens a file that has bytes.
  init?(_ path: FilePath) {
    // SAFETY: the path's string lives as long as the call; what it gives is closed with this object.
    guard let observer = unsafe path.withPlatformString({ unsafe observer_open($0) }) else { return nil }
    unsafe self.observer = unsafe observer
  }

  // SAFETY: here and below, the observer lives as long as this object.
  deinit { unsafe observer_close(observer) }

  /// Samples from before a query until after its answer.
  func observe<Answer>(byPage: Bool, _ question: () throws -> Answer) throws -> (Answer, Seen) {
    let code = unsafe observer_start(observer, byPage ? 1 : 0)
    guard code == 0 else { throw Errno(rawValue: code) }
    let answer = Result { try question() }
    let seen = unsafe observer_stop(observer)
    return (try answer.get(), Seen(seen, byPage: byPage, self))
  }

  func states(_ page: Int) -> Int { Int(unsafe observer_states(observer, page)) }

  func blocks(_ page: Int) -> Int { Int(unsafe observer_blocks(observer, page)) }

  /// Whether a path leads to the file.
  func leads(_ path: String) -> Bool { unsafe path.withCString { unsafe observer_leads(observer, $0) } == 1 }
}

/// What the witness saw from before a question until after the answer.
struct Seen {
  /// Least and most of each; nothing where the kernel does not report.
  var size: ClosedRange<Int> = 8192...8192
  var links: ClosedRange<Int> = 1...1
  var cached: ClosedRange<Int>? = 2...2
  var dirty: ClosedRange<Int>? = 0...0
  var writeback: ClosedRange<Int>? = 0...0
  /// The same pages as `cached`, by mincore(2).
  var resident: ClosedRange<Int>? = 2...2
  /// Bits `NAME_…`.
  var names = NAME_KEPT
  var inode = 1
  /// Whether it was written or renamed in between, as events report: between two rounds pages come and go.
  var wasWritten = false
  /// For each page, a bit for each of the eight states that it was in, and bits `BLOCKS_…`.
  var states: [Int] = []
  var blocks: [Int] = []

  /// A file of two pages that no process touches, for tests.
  init() {}

  init(_ seen: file_seen, byPage: Bool, _ observer: Observer) {
    func range(_ span: span) -> ClosedRange<Int>? { span.low < 0 ? nil : span.low...span.high }
    size = seen.size.low...seen.size.high
    links = seen.links.low...seen.links.high
    (cached, dirty, writeback) = (range(seen.cached), range(seen.dirty), range(seen.writeback))
    resident = range(seen.resident)
    names = Int(seen.names)
    inode = Int(clamping: seen.inode)
    wasWritten = seen.was_written != 0
    guard byPage else { return }
    states = (0..<seen.pages).map { observer.states($0) }
    blocks = (0..<seen.pages).map { observer.blocks($0) }
  }

  /// Whether anything of the file changed meanwhile.
  var hasMoved: Bool {
    wasWritten || [size, links, cached, dirty, writeback, resident].contains { ($0?.count ?? 1) > 1 }
      || ([names] + states + blocks).contains { $0.nonzeroBitCount > 1 }
  }
}
