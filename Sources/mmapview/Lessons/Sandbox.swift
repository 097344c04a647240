import CLaunch
import CLesson
import Glibc
import Inspector
import Synchronization
import SystemPackage

/// The folder that a lesson plays in, with what was set up there; gone when the lesson is.
///
/// Nothing outside of it is touched: names that lessons give are single names in it, or in a file system mounted in it.
final class Sandbox: Sendable {
  /// What has to be ended and let go of.
  struct Fixtures: Sendable {
    var mounts: [String] = []
    var child: Child?
  }

  let folder: FilePath
  let fixtures = Mutex(Fixtures())
  private let home: FilePath?
  // Signals wait from the start, so that none ends the program with the folder left behind.
  private let signals = claunch_open_signals()

  /// Makes the folder below `$TMPDIR`, or `/tmp`.
  ///
  /// - Throws: Why it can't be made.
  init() throws(CommandError) {
    // SAFETY: getenv's answer is copied at once.
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    let template = FilePath(parent.isEmpty ? "/tmp" : parent).appending("mmapview-lesson-XXXXXX").string
    var name = Array(template.utf8CString)
    // SAFETY: mkdtemp writes over the X of the array, which ends with a zero.
    guard unsafe mkdtemp(&name) != nil else {
      throw CommandError(
        "\(template): the lesson's folder can't be made (\(Errno(rawValue: errno))); set TMPDIR to one of yours")
    }
    // SAFETY: realpath's answer is copied and freed here.
    let resolved = unsafe realpath(name, nil)
    defer { unsafe free(resolved) }
    folder = unsafe resolved.map { unsafe FilePath(platformString: $0) } ?? FilePath(template)
    home = FilePath.workingFolder
  }

  /// Gives a session what only lessons have, and makes the folder the one that names begin in.
  func open(for session: Session) throws(CommandError) {
    session.host.outputFolder = home
    session.host.outside = { [self] words throws(CommandError) in try perform(words) }
    try move(to: folder)
  }

  /// Goes back to where the program was started.
  func leave() throws(CommandError) { if let home { try move(to: home) } }

  private func move(to path: FilePath) throws(CommandError) {
    // SAFETY: the C string lives as long as the closure.
    guard unsafe path.withPlatformString({ unsafe chdir($0) }) == 0 else {
      throw CommandError("\(path): can't be entered (\(Errno(rawValue: errno)))")
    }
  }

  /// Ends and removes all there is; again does nothing.
  func strike() {
    let (child, mounts) = fixtures.withLock { fixtures in
      defer { fixtures = Fixtures() }
      return (fixtures.child, fixtures.mounts)
    }
    _ = child?.end()
    // SAFETY: the paths are C strings for the length of the calls.
    for mount in mounts.reversed() { _ = unsafe clesson_unmount(mount) }
    unsafe clesson_remove_folder(folder.string)
  }

  /// Strikes it when a signal ends the program, for who has no loop that takes signals.
  func strikeOnSignals() {
    _ = Thread { [self] in
      while true {
        var entry = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
        // SAFETY: one entry, for the length of the call.
        _ = unsafe claunch_poll(&entry, 1, -1)
        switch claunch_next_signal(signals) {
        case 0, SIGCONT: continue
        case SIGTSTP: claunch_stop_here()
        case let signal:
          strike()
          _exit(128 + signal)
        }
      }
    }
  }

  /// The whole of a lesson: what it is called, its script or the reason why another one is played, and its end.
  func script(_ lesson: Lesson, isLast: Bool) throws(ScriptError) -> Script {
    // Each is tried once: the answer is that of a moment.
    var refusal: String?
    for need in lesson.needs where refusal == nil { refusal = need.refusal(on: self) }
    return try lesson.whole(refusal: refusal, isLast: isLast)
  }
}
