import Glibc
import RangedMmap
import SystemPackage
import Testing

@Suite("What a system call answers")
struct SystemCallTests {
  @Test("A call that a signal interrupted is made again until it succeeds")
  func retriesInterruptedCalls() {
    var calls = 0
    let failure = Errno.failure(of: {
      calls += 1
      errno = EINTR
      return calls < 3 ? -1 : 0
    })
    #expect(failure == nil)
    #expect(calls == 3)
  }

  @Test("Any other failure ends after one call, and is reported by its errno")
  func tellsOtherFailures() {
    var calls = 0
    let failure = Errno.failure(of: {
      calls += 1
      errno = EIO
      return -1
    })
    #expect(failure == .ioError)
    #expect(calls == 1)
  }

  @Test("The errno that a function returned is thrown, and 0 is not")
  func throwsCodes() throws {
    try Errno.check(0)
    #expect(throws: Errno.noSpace) { try Errno.check(ENOSPC) }
  }
}
