import CLinux
import Glibc
import SystemPackage

/// A folder of `/proc` whose names are numbers, read while it changes.
@safe struct ProcFolder: ~Copyable {
  private let stream: OpaquePointer

  init(_ path: String) throws(Errno) {
    // SAFETY: a stream of its own, closed by deinit alone.
    guard let stream = unsafe opendir(path) else { throw Errno(rawValue: errno) }
    unsafe self.stream = stream
  }

  deinit {
    // SAFETY: opened by init.
    _ = unsafe closedir(stream)
  }

  var descriptor: Int32 {
    // SAFETY: the stream is open.
    unsafe dirfd(stream)
  }

  func next() -> Int32? {
    // SAFETY: the stream is open, and read by one thread.
    let number = unsafe clinux_next_number(stream)
    return number < 0 ? nil : number
  }
}
