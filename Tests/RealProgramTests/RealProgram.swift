import Foundation
import SystemPackage
import TestSupport

/// A program from Debian that works on files until it is ended, and can be held still.
final class RealProgram {
  /// What it works on, below its folder: the script has said so.
  let files: [FilePath]
  private let folder: TemporaryFolder
  private let shell: Running

  /// Starts a script in a folder of its own.
  ///
  /// It prints the names of files, a line each, and then `go`. A name that ends with `*` is that of the latest file whose
  /// name begins so.
  init(_ script: String) throws {
    folder = try TemporaryFolder()
    // For programs that refuse to run as root, and run as user 65534.
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path.string)
    let preamble = "cd \"$1\"; exec 2>errors\n\(Self.unprivileged)\n"
    shell = try Running("sh", ["-c", preamble + script, "sh", folder.path.string])
    guard isSoon({ [shell] in shell.output.hasSuffix("go\n") || shell.output.hasPrefix("can't") }) else {
      let errors = String(decoding: (try? folder.bytes("errors")) ?? [], as: UTF8.self)
      throw ProgramError(description: "\(shell.output)\(errors)")
    }
    if shell.output.hasPrefix("can't") { throw CantRun(description: shell.output) }
    files = shell.output.split(separator: "\n").dropLast().map { [folder] in folder.file(String($0)) }
  }

  private static let unprivileged =
    "unprivileged() { if [ $(id -u) = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"; else \"$@\"; fi; }"

  /// Calls a function while no process of the program runs: but for the kernel's writeback its files stand still.
  func whileStill<Result>(_ body: () throws -> Result) rethrows -> Result {
    var stopped = stop()
    while stopped.isEmpty {
      usleep(1_000)
      stopped = stop()
    }
    defer { for process in stopped { kill(process, SIGCONT) } }
    return try body()
  }

  // Stops all processes; none if one can't be: who waits in vfork(2) for a child that is stopped by then.
  private func stop() -> Set<Int32> {
    var stopped: Set<Int32> = []
    for _ in 0..<100 {
      let all = Self.processes(below: shell.processID)
      for process in all where stopped.insert(process.id).inserted { kill(process.id, SIGSTOP) }
      // Others may be forked until the last one has stopped.
      if all.allSatisfy({ stopped.contains($0.id) && "TtZX".contains($0.state) }) { return stopped }
      usleep(200)
    }
    for process in stopped { kill(process, SIGCONT) }
    return []
  }

  /// Ends all of its processes, which may do so in their own way.
  func end() {
    let all = Self.processes(below: shell.processID).map(\.id)
    for process in all { kill(process, SIGTERM) }
    let deadline = ContinuousClock.now + .seconds(20)
    while all.dropFirst().contains(where: { kill($0, 0) == 0 }), ContinuousClock.now < deadline { usleep(10_000) }
    for process in all.dropFirst() { kill(process, SIGKILL) }
    shell.end()
  }

  deinit { end() }

  // A process, and all that it has started, their children too.
  private static func processes(below root: Int32) -> [(id: Int32, state: Character)] {
    var parents: [Int32: (parent: Int32, state: Character)] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      // The name of the program is in parentheses, and may have some of its own.
      guard let id = Int32(name), let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
        let end = text.lastIndex(of: ")")
      else { continue }
      let words = text[end...].split(separator: " ")
      parents[id] = (Int32(words[2]) ?? 0, words[1].first ?? "?")
    }
    var found = [root]
    var next = 0
    while next < found.count {
      found += parents.filter { $0.value.parent == found[next] }.keys
      next += 1
    }
    return found.compactMap { id in parents[id].map { (id, $0.state) } }
  }
}

/// Why a program can't run here.
struct CantRun: Error, CustomStringConvertible {
  let description: String
}

/// What a program complained of.
struct ProgramError: Error, CustomStringConvertible {
  let description: String
}
