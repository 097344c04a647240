import Foundation
import SystemPackage

/// Another program that maps a file, and touches pages of it step by step: `Tests/Toucher`.
public final class Toucher {
  private let running: Running
  private var stepsDone = 0

  /// The number of its process.
  public var processID: Int32 { running.processID }

  /// The program, beside the running tests.
  public static let program: String = URL(fileURLWithPath: mmapview).deletingLastPathComponent()
    .appendingPathComponent("Toucher").path

  /// Starts it, and waits until it has mapped the file.
  ///
  /// - Parameters:
  ///   - file: Its path.
  ///   - steps: What it is to do, one for each ``step()``, as its source lists them.
  ///   - words: A program with its arguments that starts it, or one with its path to be started in its place.
  /// - Throws: When it can't be started.
  public init(_ file: FilePath, _ steps: [String], by words: [String] = [Toucher.program]) throws {
    running = try Running(words[0], words.dropFirst() + [file.string] + steps)
  }

  /// Has it take its next step, and waits until it has; for the last, `end`, until it is gone.
  ///
  /// - Returns: Whether it did so within the time that a test may wait.
  @discardableResult
  public func step() -> Bool {
    stepsDone += 1
    kill(processID, SIGUSR1)
    return isSoon {
      running.output.split(separator: "\n").count > stepsDone
        || (try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8))?.contains(") Z ") != false
    }
  }

  /// Ends it.
  public func end() { running.end() }
}

/// Why the program may not watch the faults of another process here, if it may not.
public let watchedFaultsRefusal: String? = {
  do {
    let folder = try TemporaryFolder()
    try folder.put("a", [UInt8](repeating: 7, count: 4096))
    let toucher = try Toucher(folder.file("a"), [])
    defer { toucher.end() }
    let outcome = try run(
      mmapview, [folder.file("a").string, "--headless", "-c", "faults \(toucher.processID)"], in: folder.path.string)
    return outcome.status == 0 ? nil : outcome.errors
  } catch { return "\(error)" }
}()
