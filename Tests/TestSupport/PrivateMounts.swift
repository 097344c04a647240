import CTestSupport
import Foundation
import SystemPackage
import Testing

/// Whether this process may have mounts of its own; root may, in most containers and on CI too.
public let mayMount: Bool = {
  (try? onThreadWithPrivateMounts {
    try mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt")
    return true
  }) ?? false
}()

/// What a test that needs mounts says where they aren't allowed.
public let needsMounts: Comment = "needs root and a private mount namespace"

/// Runs `body` on a thread whose mounts nobody else sees and which go when it ends.
public func onThreadWithPrivateMounts<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws
  -> Result
{
  try onThread(after: ctest_private_mounts, body)
}

/// Calls mount(8); what it complains of is the error.
public func mount(_ arguments: String...) throws {
  let outcome = try run("mount", arguments)
  guard outcome.status == 0 else { throw MountError(description: outcome.errors) }
}

/// Why a file system could not be mounted.
public struct MountError: Error, CustomStringConvertible {
  /// What mount(8) said.
  public let description: String
}

/// A small ext4 on a loop device, whose file lies on an even smaller tmpfs: what is written beyond that is an I/O error
/// of the device, and a larger tmpfs mends it.
public struct FailingDisk: Sendable {
  /// Where the ext4 is mounted.
  public let disk: FilePath
  private let backing: FilePath

  /// Mounts both below a folder; for a thread with private mounts.
  ///
  /// - Parameters:
  ///   - folder: An empty folder.
  ///   - room: The size of the tmpfs, for mount(8).
  /// - Throws: What mkfs.ext4(8) or mount(8) complained of.
  public init(in folder: FilePath, room: String) throws {
    backing = folder.appending("backing")
    disk = folder.appending("disk")
    for path in [backing, disk] {
      try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    }
    try mount("-t", "tmpfs", "-o", "size=\(room)", "tmpfs", backing.string)
    let image = backing.appending("image").string
    // Its tables and its journal lie in the first 9 MiB, which get their memory now: only data can fail later. A lost
    // table would take with it what was durable before, and prove nothing about the library.
    for command in [
      ["truncate", "-s", "64m", image], ["mkfs.ext4", "-q", "-b", "4096", "-J", "size=4", "-E", "nodiscard", image],
      ["fallocate", "-l", "9m", image],
    ] {
      let outcome = try run(command[0], Array(command.dropFirst()))
      guard outcome.status == 0 else { throw MountError(description: outcome.errors) }
    }
    try mount("-o", "loop,errors=continue", image, disk.string)
  }

  /// Gives the device room, so that nothing fails any more.
  public func mend() throws { try mount("-o", "remount,size=200m", backing.string) }

  /// Unmounts and mounts again, so that what is read is what the device holds.
  ///
  /// - Throws: What mount(8) complained of.
  public func remount() throws {
    unmount()
    try mount("-o", "loop,errors=continue", backing.appending("image").string, disk.string)
  }

  /// Lets go of the loop device.
  public func unmount() { _ = try? run("umount", [disk.string]) }
}

/// An ext4 on a loop device over memory, which can be made to fail each write whole, from one moment to the next.
///
/// A tmpfs that is full is no such device: Linux's loop driver calls a write done of which only the first part found
/// room (seen on 6.18), so that the device lies about the rest.
public struct DyingDisk: Sendable {
  /// Where the ext4 is mounted.
  public let disk: FilePath
  private let image: FileDescriptor

  /// Mounts it below a folder; for a thread with private mounts.
  ///
  /// - Parameter folder: An empty folder.
  /// - Throws: What mkfs.ext4(8) or mount(8) complained of.
  public init(in folder: FilePath) throws {
    disk = folder.appending("disk")
    try FileManager.default.createDirectory(atPath: disk.string, withIntermediateDirectories: true)
    image = FileDescriptor(rawValue: ctest_memory_file())
    try image.resize(to: 64 << 20)
    let outcome = try run("mkfs.ext4", ["-q", imagePath])
    guard outcome.status == 0 else { throw MountError(description: outcome.errors) }
    try mount("-o", "loop,errors=continue", imagePath, disk.string)
  }

  private var imagePath: String { "/proc/\(getpid())/fd/\(image.rawValue)" }

  /// From now on every write of the device fails.
  ///
  /// - Throws: When the kernel refuses.
  public func die() throws {
    let code = ctest_seal(image.rawValue)
    guard code == 0 else { throw Errno(rawValue: code) }
  }

  /// Unmounts, and mounts a copy of what the device holds.
  ///
  /// - Throws: What cp(1) or mount(8) complained of.
  public func mountWhatIsLeft() throws {
    unmount()
    let copy = disk.removingLastComponent().appending("copy").string
    try run("cp", [imagePath, copy])
    try mount("-o", "loop", copy, disk.string)
  }

  /// Lets go of the loop device and of the memory.
  public func unmount() { _ = try? run("umount", [disk.string]) }
}
