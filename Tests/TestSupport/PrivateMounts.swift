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

/// Runs `body` on a thread whose mounts no other thread sees and which go when it ends.
public func onThreadWithPrivateMounts<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws
  -> Result
{
  try onThread(after: ctest_private_mounts, body)
}

/// The same, and the test is skipped where a file system that it is about can't be mounted.
public func onThreadWithMounts<Result: Sendable>(
  _ fileSystem: String, _ body: @escaping @Sendable () throws -> Result
) throws -> Result {
  do { return try onThreadWithPrivateMounts(body) } catch let error as MountError {
    try skip("\(fileSystem) can't be mounted here: \(error.description)")
  }
}

/// Calls mount(8); what it complains of is the error.
public func mount(_ arguments: String...) throws { try changeMounts("mount", arguments) }

/// Calls umount(8); what it complains of is the error.
public func unmount(_ path: FilePath) throws { try changeMounts("umount", [path.string]) }

/// Runs a command that changes mounts, again while a file system is busy: a child that another test forks holds copies
/// of our descriptors until it execs.
private func changeMounts(_ command: String, _ arguments: [String]) throws {
  let deadline = ContinuousClock.now + .seconds(20)
  while true {
    let outcome = try run(command, arguments)
    if outcome.status == 0 { return }
    guard outcome.errors.contains("busy"), ContinuousClock.now < deadline else {
      throw MountError(description: outcome.errors)
    }
    usleep(50_000)
  }
}

/// Mounts an overlayfs below a folder, for a thread with private mounts.
///
/// - Parameters:
///   - folder: Where `lower` and `overlay` are made.
///   - upper: Where the upper layer is made; by default below the same folder.
///   - options: More of its options, each after a comma.
/// - Returns: Where it is mounted.
/// - Throws: What mount(8) complained of.
public func mountOverlay(in folder: FilePath, upper: FilePath? = nil, options: String = "") throws -> FilePath {
  let upper = upper ?? folder
  let layers = [folder.appending("lower"), upper.appending("upper"), upper.appending("work")]
  let point = folder.appending("overlay")
  for path in layers + [point] {
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
  }
  let all = "lowerdir=\(layers[0]),upperdir=\(layers[1]),workdir=\(layers[2])\(options)"
  try mount("-t", "overlay", "-o", all, "overlay", point.string)
  return point
}

/// Why a file system could not be mounted.
public struct MountError: Error, CustomStringConvertible {
  /// What mount(8) said.
  public let description: String

  /// An error that says why.
  public init(description: String) { self.description = description }
}

/// A file system on a loop device over memory.
public struct SmallDisk: Sendable {
  /// Where it is mounted.
  public let path: FilePath

  /// Mounts it below a folder; for a thread with private mounts.
  ///
  /// - Parameters:
  ///   - folder: An empty folder.
  ///   - fileSystem: Which one, as mkfs(8) and mount(8) call it.
  ///   - size: Of the device, for truncate(1): xfs needs 300 MiB.
  ///   - blockSize: Of ext4's blocks, in bytes; `nil` for what mkfs(8) takes.
  /// - Throws: ``MountError``, also where a program is missing.
  public init(in folder: FilePath, _ fileSystem: String, size: String = "320m", blockSize: Int? = nil) throws {
    guard isInstalled("mkfs.\(fileSystem)") else { throw MountError(description: "there is no mkfs.\(fileSystem)") }
    path = folder.appending("disk")
    let memory = folder.appending("memory")
    for path in [memory, path] {
      try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    }
    try mount("-t", "tmpfs", "-o", "size=1g", "tmpfs", memory.string)
    let image = memory.appending("image").string
    let blocks = blockSize.map { ["-b", "\($0)"] } ?? []
    for command in [["truncate", "-s", size, image], ["mkfs.\(fileSystem)", "-q"] + blocks + [image]] {
      let outcome = try run(command[0], Array(command.dropFirst()))
      guard outcome.status == 0 else { throw MountError(description: outcome.errors) }
    }
    try mount("-o", "loop", image, path.string)
  }

  /// Lets go of the loop device.
  public func unmount() { try? TestSupport.unmount(path) }
}

/// Takes all that is free of a file system but for some bytes.
///
/// Twice: what was punched or removed is given out at the next sync.
public func fillDisk(at disk: FilePath, leaving rest: Int = 0) throws {
  let outcome = try run(
    "bash",
    [
      "-c",
      """
      cd \(disk); [ \(rest) = 0 ] || fallocate -l \(rest) spare; i=0
      for turn in 1 2; do
        sync -f .
        for size in 16m 1m 64k 4k 1k; do while fallocate -l $size fill-$i; do i=$((i + 1)); done; rm -f fill-$i; done
      done
      rm -f spare; sync -f .
      """,
    ])
  guard outcome.status == 0 else { throw MountError(description: outcome.errors) }
}

/// Gives back what ``fillDisk(at:leaving:)`` has taken.
public func emptyDisk(at disk: FilePath) throws { try run("bash", ["-c", "rm -f \(disk)/fill-*; sync -f \(disk)"]) }

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
  /// - Throws: What umount(8) or mount(8) complained of.
  public func remount() throws {
    try TestSupport.unmount(disk)
    try mount("-o", "loop,errors=continue", backing.appending("image").string, disk.string)
  }

  /// Lets go of the loop device.
  public func unmount() { try? TestSupport.unmount(disk) }
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
  /// - Throws: What umount(8), cp(1) or mount(8) complained of.
  public func mountWhatIsLeft() throws {
    try TestSupport.unmount(disk)
    let copy = disk.removingLastComponent().appending("copy").string
    try run("cp", [imagePath, copy])
    try mount("-o", "loop", copy, disk.string)
  }

  /// Lets go of the loop device and of the memory.
  public func unmount() { try? TestSupport.unmount(disk) }
}
