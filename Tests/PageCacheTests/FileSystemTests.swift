import CTestSupport
import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

@Suite("Which file system a file is on")
final class FileSystemTests: FolderSuite {
  private static func fileSystem(of path: FilePath) throws -> FileSystem {
    let file = try FileDescriptor.open(path, .readOnly)
    defer { try? file.close() }
    return try PageCache.fileSystem(of: file)
  }

  @Test("The names are those of findmnt", .enabled(if: isInstalled("findmnt"), "findmnt is not installed"))
  func findmnt() throws {
    for path in [folder.path.string, "/proc", "/dev", "/dev/shm", "/"] where unsafe access(path, F_OK) == 0 {
      let outcome = try run("findmnt", ["-n", "-r", "-v", "-o", "FSTYPE,SOURCE,TARGET,OPTIONS", "-T", path])
      let words = outcome.output.split(separator: "\n").last?.split(separator: " ").map(String.init) ?? []
      try #require(words.count == 4, "\(outcome)")
      let found = try Self.fileSystem(of: FilePath(path))
      #expect([found.name, found.device, found.mountPoint?.string] == [words[0], words[1], words[2]])
      #expect(found.isReadOnly == words[3].split(separator: ",").contains("ro"))
      #expect(found.isInMemory == ["tmpfs", "devtmpfs", "ramfs", "hugetlbfs"].contains(words[0]))
    }
  }

  @Test("A file in memory without a mount is on tmpfs all the same, and a pipe is on nothing that has a name")
  func withoutMount() throws {
    let file = FileDescriptor(rawValue: ctest_memory_file())
    let (reading, writing) = try FileDescriptor.pipe()
    defer { for file in [file, reading, writing] { try? file.close() } }
    let memory = try PageCache.fileSystem(of: file)
    #expect(memory.name == "tmpfs" && memory.isInMemory)
    #expect(memory.device == nil && memory.mountPoint == nil && !memory.isReadOnly)
    let pipe = try PageCache.fileSystem(of: reading)
    #expect(pipe.name == nil && !pipe.isInMemory)
  }

  @Test(
    "Blanks and backslashes in the names of mounts are undone, and a mount that is read-only says so",
    .enabled(if: mayMount, needsMounts))
  func escapes() throws {
    let point = folder.file("a b\\040\tc\nd # ä")
    let found = try onThreadWithPrivateMounts {
      try FileManager.default.createDirectory(atPath: point.string, withIntermediateDirectories: true)
      try mount("-t", "tmpfs", "-o", "ro", "a device", point.string)
      return try Self.fileSystem(of: point)
    }
    #expect(found.mountPoint == point)
    #expect(found.name == "tmpfs" && found.device == "a device" && found.isReadOnly && found.isInMemory)
  }

  @Test("A mount laid over another is not taken for it", .enabled(if: mayMount, needsMounts))
  func stacked() throws {
    let path = folder.path
    let (below, above) = try onThreadWithPrivateMounts {
      let file = try FileDescriptor.open(path, .readOnly)
      defer { try? file.close() }
      try mount("-t", "tmpfs", "above", path.string)
      return (try PageCache.fileSystem(of: file), try Self.fileSystem(of: path))
    }
    #expect(above.device == "above" && above.mountPoint == path)
    #expect(below.device != "above" && below.mountPoint != path)
  }

  @Test("Without /proc only what the descriptor says is known", .enabled(if: mayMount, needsMounts))
  func withoutProc() throws {
    let file = try folder.make(size: 4096)
    let memory = FileDescriptor(rawValue: ctest_memory_file())
    defer { for file in [file, memory] { try? file.close() } }
    let (onDisk, inMemory, users) = try onThreadWithPrivateMounts {
      try mount("-t", "tmpfs", "tmpfs", "/proc")
      return (
        try PageCache.fileSystem(of: file), try PageCache.fileSystem(of: memory),
        reason(try PageCache.users(of: file))
      )
    }
    #expect(onDisk.mountPoint == nil && onDisk.device == nil)
    #expect(inMemory.name == "tmpfs" && inMemory.isInMemory)
    #expect(users == .noProc)
  }
}
