import Glibc

/// Counts the bytes that a thread writes in ``counting(_:)``, by the kernel's account of that thread.
///
/// ncurses writes to its descriptor itself, past stdio, and needs a real terminal there: nothing can stand between.
struct SentBytes {
  /// The bytes so far, or `nil` if this kernel keeps no account of threads.
  private(set) var count: Int? = 0
  private var descriptor: Int32 = -1
  private var thread: pthread_t?

  mutating func counting(_ send: () -> Void) {
    let before = written()
    send()
    guard let total = count, let before, let after = written() else {
      count = nil
      return
    }
    count = total + after - before
  }

  mutating func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    (descriptor, thread) = (-1, nil)
  }

  // The bytes that this thread has written so far, with write(2) and similar calls.
  private mutating func written() -> Int? {
    guard count != nil else { return nil }
    // The file is about the thread that opened it.
    if thread.map({ pthread_equal($0, pthread_self()) == 0 }) ?? true {
      close()
      // SAFETY: the path is a C string for the length of the call.
      descriptor = unsafe open("/proc/thread-self/io", O_RDONLY | O_CLOEXEC)
      thread = pthread_self()
    }
    var text = [UInt8](repeating: 0, count: 256)
    // SAFETY: the array has room for as many bytes.
    let length = unsafe text.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard length > 0 else { return nil }
    let line = String(decoding: text[..<length], as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("wchar: ") }
    return line.flatMap { Int($0.dropFirst("wchar: ".count)) }
  }
}
