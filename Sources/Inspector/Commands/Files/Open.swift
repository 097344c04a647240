import Glibc
import RangedMmap
import SystemPackage

struct OpenAction: Action {
  let path: String
  let forWriting: Bool
  let isAwaited: Bool

  static let verb = Verb(
    "open", .path, .flag("write"), .flag("wait"),
    help: "open a file to look at it, or to write it too; wait for one that is absent or empty",
    example: "open demo.bin write"
  ) { OpenAction(path: $0, forWriting: $1, isAwaited: $2) }

  var words: [String?] { ["open", Word.quote(path), forWriting ? "write" : nil, isAwaited ? "wait" : nil] }
  var isOpening: Bool { true }
  var newLabels: Int? { nil }

  func perform(in session: Session) throws(CommandError) -> Event {
    try session.requireNoWorkers("open")
    if forWriting { try session.requireNotHeld(path) }
    let place = try FilePath(typed: path)
    guard isAwaited else {
      do throws(MmapFileError) { return took(try OpenedFile(place, forWriting: forWriting), session) } catch {
        throw CommandError(error)
      }
    }
    let job = Job("open \(path) wait", pages: 0)
    let work = { @Sendable () throws(CommandError) in
      try OpenedFile(awaiting: place, named: path, forWriting: forWriting, job)
    }
    return try session.jobs.start(job, in: session, work: work) { session, opened in took(opened, session) }
  }

  private func took(_ opened: OpenedFile, _ session: Session) -> Event {
    session.take(opened.file, opened.allocator)
    return .done("opened \(path) for \(forWriting ? "writing" : "reading only")\(session.durabilityNote)")
  }

  func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .opening(path: path) }
}

extension Command {
  package static func open(path: String, forWriting: Bool, isAwaited: Bool = false) -> Command {
    Command(OpenAction(path: path, forWriting: forWriting, isAwaited: isAwaited))
  }
}

private struct OpenedFile: Sendable {
  let file: MmapFile
  let allocator: ConcurrentAllocator?

  // Microseconds. A file that exists for less may be missed; two calls each time cost next to nothing.
  private static let pause: UInt32 = 10_000

  init(_ path: FilePath, forWriting: Bool) throws(MmapFileError) {
    if forWriting {
      (file, allocator) = try MmapFile.open(at: path, allocator: ConcurrentAllocator.self)
    } else {
      (file, allocator) = (try MmapFile.openQuietly(at: path), nil)
    }
  }

  /// Tries to open a file until it exists and has bytes.
  init(awaiting path: FilePath, named name: String, forWriting: Bool, _ job: Job) throws(CommandError) {
    while !job.wasStopped {
      do throws(MmapFileError) {
        try self.init(path, forWriting: forWriting)
        return
      } catch {
        guard error.code == .emptyFile || error.errno == .noSuchFileOrDirectory else { throw CommandError(error) }
      }
      usleep(Self.pause)
    }
    throw CommandError("open \(name): stopped before there was a file with bytes")
  }
}
