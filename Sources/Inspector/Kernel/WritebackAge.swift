import SystemPackage

/// At what age the kernel writes dirty pages back by itself, as it is set on this machine.
package struct WritebackAge: Sendable, Equatable {
  /// How long the oldest dirty page of a file may be dirty: `vm.dirty_expire_centisecs`.
  package let expiry: Duration
  /// How often the kernel looks for such files: `vm.dirty_writeback_centisecs`; `nil` for never.
  package let interval: Duration?

  /// Reads both; `nil` where they can't be read.
  init?(in folder: FilePath = "/proc/sys/vm") {
    guard let expiry = Self.read(folder.appending("dirty_expire_centisecs")),
      let interval = Self.read(folder.appending("dirty_writeback_centisecs"))
    else { return nil }
    self.init(expiry: expiry, interval: interval == .zero ? nil : interval)
  }

  init(expiry: Duration, interval: Duration?) { (self.expiry, self.interval) = (expiry, interval) }

  /// How long a page is dirty at most, if the disk keeps up; `nil` if age alone never has it written back.
  var longest: Duration? { interval.map { expiry + $0 } }

  private static func read(_ path: FilePath) -> Duration? {
    UInt32(inFile: path).map { .milliseconds(Int64($0) * 10) }
  }
}

extension UInt32 {
  /// The number that a file of the kernel's settings begins with; `nil` where it can't be read.
  init?(inFile path: FilePath) {
    // More than any number has digits.
    guard let text = kernelText(path, atMost: 32) else { return nil }
    self.init(text.prefix { $0 != "\n" })
  }
}
