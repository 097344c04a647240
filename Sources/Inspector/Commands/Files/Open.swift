import Glibc
import RangedMmap
import SystemPackage

/// Opens a file that exists, or waits until it exists and has bytes.
package struct OpenAction: Action {
  let path: String
  let forWriting: Bool
  let isAwaited: Bool

  static let verb = Verb(
    "open", .path, .flag("write"), .flag("wait"),
    help: "open a file to look at it, or to write it too; wait for one that is absent or empty",
    example: "open demo.bin write"
  ) { OpenAction(path: $0, forWriting: $1, isAwaited: $2) }

  package var words: [String] {
    ["open", Word.quote(path)] + (forWriting ? ["write"] : []) + (isAwaited ? ["wait"] : [])
  }

  package var isOpening: Bool { true }
  package var newLabels: Int? { nil }

  package func perform(in session: Session) throws(CommandError) -> Event {
    try session.open(path, forWriting: forWriting, isAwaited: isAwaited)
  }

  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .opening(path: path) }
}

extension Command {
  package static func open(path: String, forWriting: Bool, isAwaited: Bool = false) -> Command {
    Command(OpenAction(path: path, forWriting: forWriting, isAwaited: isAwaited))
  }
}

extension Session {
  fileprivate func open(_ path: String, forWriting: Bool, isAwaited: Bool) throws(CommandError) -> Event {
    try requireNoWorkers("open")
    if forWriting { try requireNotHeld(path) }
    let place = try FilePath(typed: path)
    guard isAwaited else {
      do throws(MmapFileError) { try take(OpenedFile(place, forWriting: forWriting)) } catch {
        throw CommandError(error)
      }
      return openedEvent(path, forWriting)
    }
    let job = Job("open \(path) wait", pages: 0)
    let work = { @Sendable () throws(CommandError) in
      try OpenedFile(awaiting: place, named: path, forWriting: forWriting, job)
    }
    return try jobs.start(job, in: self, work: work) { session, opened throws(CommandError) in
      session.take(opened)
      return session.openedEvent(path, forWriting)
    }
  }

  private func take(_ opened: OpenedFile) { take(opened.file, opened.allocator) }

  private func openedEvent(_ path: String, _ forWriting: Bool) -> Event {
    .done("opened \(path) for \(forWriting ? "writing" : "reading only")\(durabilityNote)")
  }
}

private struct OpenedFile: Sendable {
  let file: MmapFile
  let allocator: ConcurrentAllocator?

  // A file that lives shorter may be missed. Two calls each time cost next to nothing.
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
