import Glibc
import SystemPackage

// C reports a failure in two ways; each becomes an `Errno` here and nowhere else.

extension Errno {
  /// Makes a call, and makes it again when a signal interrupted it (`EINTR`).
  ///
  /// - Parameter call: A function of libc, which returns -1 and sets errno when it fails.
  /// - Returns: Why the call failed, or `nil` if it succeeded.
  package static func failure(of call: () -> Int32) -> Errno? {
    while call() == -1 {
      let failure = Errno(rawValue: errno)
      if failure != .interrupted { return failure }
    }
    return nil
  }

  /// Throws the errno that a function of CLinux returned, unless it is 0; those functions retry by themselves.
  package static func check(_ code: Int32) throws(Errno) {
    guard code == 0 else { throw Errno(rawValue: code) }
  }
}
