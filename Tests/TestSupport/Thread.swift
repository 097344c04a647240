import CTestSupport
import Foundation
import Synchronization
import SystemPackage

/// Runs `body` on a thread of its own, after a step that changes the thread for good and gives 0 or an errno.
public func onThread<Result: Sendable>(
  after step: @escaping @Sendable () -> Int32, _ body: @escaping @Sendable () throws -> Result
) throws -> Result {
  let box = Box(Mutex<Swift.Result<Result, any Error>?>(nil))
  let done = DispatchSemaphore(value: 0)
  Thread.detachNewThread {
    let code = step()
    let result = Swift.Result {
      guard code == 0 else { throw Errno(rawValue: code) }
      return try body()
    }
    box.value.withLock { $0 = result }
    done.signal()
  }
  done.wait()
  guard let result = box.value.withLock({ $0 }) else { throw Errno.noSuchProcess }
  return try result.get()
}

/// Runs `body` on a thread that belongs to another user and has no rights beyond those.
public func onThread<Result: Sendable>(
  asUser user: UInt32, _ body: @escaping @Sendable () throws -> Result
) throws -> Result {
  try onThread(after: { ctest_become_user(user) }, body)
}

/// Runs `body` on a thread for which cachestat(2) fails with an errno, as on an old kernel or in a sandbox.
public func onThread<Result: Sendable>(
  withoutCachestat error: Errno, _ body: @escaping @Sendable () throws -> Result
) throws -> Result {
  try onThread(after: { ctest_forbid_cachestat(error.rawValue) }, body)
}

/// Runs `body` on a thread for which no file system renames without replacing, nor reserves blocks, as on most of FUSE.
public func onThreadWithPlainFiles<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
  try onThread(after: ctest_be_on_plain_files, body)
}

private final class Box<Value: ~Copyable & Sendable>: Sendable {
  let value: Value
  init(_ value: consuming Value) { self.value = value }
}
