import Foundation
public import SystemPackage

/// A file system of the tests' own, in memory, which can be made to lack what real ones lack: FUSE, without libfuse.
///
/// Its server is a process of its own, `Tests/FuseServer`: a fault in a mapped file waits for the server with its
/// process's memory locked, so that a thread of this process could not serve it. For a thread with private mounts, see
/// ``onThreadWithMounts(_:_:)``; it goes with the last reference.
///
/// A whole suite runs on one, here without reserving blocks, with:
///
///     mkdir -p /tmp/fuse
///     .build/debug/FuseServer /tmp/fuse --without fallocate &
///     TMPDIR=/tmp/fuse swift test --skip-build --filter RangedMmapTests
///     umount /tmp/fuse
public final class FuseFileSystem {
  /// What it can do, and what is wrong with it.
  public enum Feature: String, Sendable, CaseIterable {
    /// fallocate(2) reserves blocks and punches holes; else it is refused.
    case fallocate
    /// renameat2(2) knows flags; else `EINVAL`.
    case renameFlags = "noreplace"
    /// statfs(2) counts blocks; else there are 0.
    case statfs
    /// `O_TMPFILE`; else it is refused.
    case nameless = "tmpfile"
    /// Files can be mapped shared; else they are read and written past the page cache.
    case sharedMappings = "mmap"
    /// fsync(2) of folders; else `EINVAL`.
    case folderSync = "fsyncdir"
    /// `SEEK_DATA` and `SEEK_HOLE` find holes; else all of a file is data.
    case seeking = "seek"
    /// Pages stay in memory when a file is opened again; else they are thrown away, as with most servers.
    case keptPages = "keep"
    /// What is written stays in the page cache for a while; else it goes to the server at once.
    case writeback
    /// The kernel maps, reads and writes another file in its place (Linux 6.9). Not unless it is asked for.
    case passingThrough = "passthrough"
    /// `SEEK_DATA` and `SEEK_HOLE` answer nonsense. Not unless it is asked for.
    case wildSeeking = "wild-seek"
    /// statfs(2) counts the blocks that there are, and no free ones. Not unless it is asked for.
    case countedAsFull = "full-statfs"
    /// Writes to a file fail while its sticky bit is set. Not unless it is asked for.
    case failingWrites = "failing-write"
    /// fsync(2) of a file fails while its sticky bit is set. Not unless it is asked for.
    case failingSyncs = "failing-sync"
  }

  /// Where it is mounted.
  public let path: FilePath
  private let server: Running

  /// Starts the server and mounts it.
  ///
  /// - Parameters:
  ///   - folder: Where a folder `fuse` is made for it.
  ///   - lacking: What it can't do.
  ///   - having: What it does beyond.
  ///   - size: How many bytes all files may have.
  /// - Throws: ``MountError`` where it can't be mounted.
  public init(
    in folder: FilePath, without lacking: [Feature] = [], with having: [Feature] = [], size: Int = 1 << 30
  ) throws {
    path = folder.appending("fuse")
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    guard FileManager.default.isExecutableFile(atPath: Self.program) else {
      throw MountError(description: "\(Self.program) was not built")
    }
    let words = lacking.flatMap { ["--without", $0.rawValue] } + having.flatMap { ["--with", $0.rawValue] }
    // The thread's end is the server's, which would keep its mounts otherwise.
    server = try Running(Self.program, [path.string, "--size", "\(size)", "--with-parent"] + words)
    guard server.output == "ready\n" else { throw MountError(description: server.output) }
  }

  /// Unmounts it, with files open there too, and ends the server.
  public func end() {
    _ = try? run("umount", ["-l", path.string])
    server.end()
  }

  deinit { end() }

  private static let program = URL(fileURLWithPath: mmapview).deletingLastPathComponent()
    .appendingPathComponent("FuseServer").path
}
