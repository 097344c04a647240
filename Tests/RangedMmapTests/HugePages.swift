import Foundation
import SystemPackage
import TestSupport
import Testing

/// Huge pages for a test, set aside by the kernel and given back at the end.
final class HugePages {
  private let setting: FileDescriptor
  private let added: Int

  init(_ wanted: Int) throws {
    setting = try FileDescriptor.open(
      FilePath("/proc/sys/vm/nr_hugepages"), wanted > 0 ? .readWrite : .readOnly, options: .closeOnExec)
    // One test at a time, of all that see the same /proc: they would take each other's.
    while flock(setting.rawValue, LOCK_EX) != 0, errno == EINTR {}
    let before = try Self.count(setting)
    if wanted > 0 { try Self.set(setting, before + wanted) }
    // The kernel finds as many as it can.
    added = try Self.count(setting) - before
    if added < wanted { throw Errno.noMemory }
  }

  /// Skips the test where there are none.
  static func reserve(_ wanted: Int) throws -> HugePages {
    do { return try HugePages(wanted) } catch { try skip("the kernel gives no \(wanted) huge pages: \(error)") }
  }

  deinit {
    if added > 0, let count = try? Self.count(setting) { try? Self.set(setting, max(0, count - added)) }
    try? setting.close()
  }

  private static func count(_ setting: FileDescriptor) throws -> Int {
    var text = [UInt8](repeating: 0, count: 32)
    // SAFETY: the buffer is as long as it says.
    let length = try unsafe text.withUnsafeMutableBytes { try unsafe setting.read(fromAbsoluteOffset: 0, into: $0) }
    return Int(String(decoding: text.prefix(length), as: UTF8.self).prefix { $0.isNumber }) ?? 0
  }

  private static func set(_ setting: FileDescriptor, _ count: Int) throws {
    _ = try setting.writeAll(toAbsoluteOffset: 0, "\(count)".utf8)
  }
}
