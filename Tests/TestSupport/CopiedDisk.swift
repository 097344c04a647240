import CTestSupport
import Foundation
import SystemPackage

/// A disk that can be copied between two of its writes, at any moment: what a power cut leaves of a device that has no
/// cache of its own.
///
/// Its image is a file on a file system that shares blocks between files (`FICLONE`), in memory.
public final class CopiedDisk: Sendable {
  /// Where it is mounted.
  public let disk: FilePath
  private let fileSystem: String
  private let images: FilePath
  private let place: FilePath

  /// Mounts it below a folder; for a thread with private mounts.
  ///
  /// - Parameters:
  ///   - folder: An empty folder.
  ///   - fileSystem: Which one is on it, as mkfs(8) and mount(8) call it.
  /// - Throws: ``MountError``, also where a program is missing.
  public init(in folder: FilePath, _ fileSystem: String) throws {
    self.fileSystem = fileSystem
    (disk, images, place) = (folder.appending("disk"), folder.appending("images"), folder.appending("copy"))
    for name in ["memory", "disk", "images", "copy"] {
      try FileManager.default.createDirectory(atPath: folder.appending(name).string, withIntermediateDirectories: true)
    }
    for program in ["mkfs.xfs", "mkfs.\(fileSystem)"] where !isInstalled(program) {
      throw MountError(description: "there is no \(program)")
    }
    try mount("-t", "tmpfs", "-o", "size=2g", "tmpfs", folder.appending("memory").string)
    let outer = folder.appending("memory/outer").string
    try Self.check("truncate", "-s", "1500m", outer)
    try Self.check("mkfs.xfs", "-q", "-m", "reflink=1", outer)
    try mount("-o", "loop", outer, images.string)
    let image = images.appending("image").string
    try Self.check("truncate", "-s", "320m", image)
    try Self.check("mkfs.\(fileSystem)", "-q", image)
    do { try mount("-o", "loop", image, disk.string) } catch {
      unmount()
      throw error
    }
  }

  private static func check(_ command: String, _ arguments: String...) throws {
    let outcome = try run(command, arguments)
    guard outcome.status == 0 else { throw MountError(description: outcome.errors) }
  }

  /// Copies the disk as it is now.
  ///
  /// - Parameter number: The number of the copy.
  /// - Throws: When the kernel refuses.
  public func copy(_ number: Int) throws {
    let from = try FileDescriptor.open(images.appending("image"), .readOnly, options: .closeOnExec)
    defer { try? from.close() }
    let to = try FileDescriptor.open(
      images.appending("\(number)"), .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
    defer { try? to.close() }
    let code = ctest_clone(from.rawValue, to.rawValue)
    guard code == 0 else { throw Errno(rawValue: code) }
  }

  /// Lets go of the disk, and mounts each of its copies: btrfs knows no two with the same number at once.
  ///
  /// - Parameters:
  ///   - count: How many there are.
  ///   - body: Looks at one.
  /// - Throws: What `body` throws, or what umount(8) or mount(8) complained of.
  public func examine(_ count: Int, _ body: (FilePath, Int) throws -> Void) throws {
    try TestSupport.unmount(disk)
    for number in 0..<count {
      let options = fileSystem == "xfs" ? "loop,nouuid" : "loop"
      try mount("-o", options, images.appending("\(number)").string, place.string)
      defer { try? TestSupport.unmount(place) }
      try body(place, number)
    }
  }

  /// Lets go of the loop devices.
  public func unmount() {
    try? TestSupport.unmount(disk)
    try? TestSupport.unmount(images)
  }
}
