import CTestSupport
import Foundation
import SystemPackage
import Testing

/// What a step costs the calling thread, in numbers that are the same on a busy machine.
public struct Cost: Sendable {
  private let counted: Int?
  /// Page faults: a walk over memory that was never touched has one for each page, or for each huge page.
  public let faults: Int

  /// Takes the cost of `body`.
  public init(of body: () throws -> Void) rethrows {
    let counter = ctest_call_counter()
    defer { if counter >= 0 { close(counter) } }
    let before = (calls: Self.count(counter), faults: ctest_thread_faults())
    try body()
    faults = ctest_thread_faults() - before.faults
    // One for the faults before, one for those after, one for the count itself.
    counted = counter < 0 ? nil : Self.count(counter) - before.calls - 3
  }

  /// System calls; ends the test where they can't be counted.
  public var calls: Int {
    get throws {
      guard let counted else { try skip("system calls can't be counted here: tracepoints are for root") }
      return counted
    }
  }

  private static func count(_ counter: Int32) -> Int {
    var count: UInt64 = 0
    // SAFETY: the kernel fills the eight bytes.
    _ = unsafe read(counter, &count, 8)
    return Int(count)
  }
}

/// In KiB: what the process has of memory that is no file's.
public var anonymousMemory: Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
  return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
}
