import CTestSupport
import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Files that are replaced")
final class ReplacingTests: FolderSuite {
  /// A folder in memory, where there is one: what races there is not the disk.
  private static func fastFolder() throws -> TemporaryFolder {
    try (try? TemporaryFolder(in: "/dev/shm")) ?? TemporaryFolder()
  }

  /// Whether the name leads to this very file, so that no other file has taken it.
  private static func leads(_ path: FilePath, to file: MmapFile) -> Bool {
    guard let (named, opened) = try? (Stat(path), file.descriptor.stat()) else { return false }
    return named.inode == opened.inode && named.deviceID == opened.deviceID && opened.linkCount > 0
  }

  /// What threads that create and open the same file for a while came upon.
  private struct Tally {
    var created = 0
    var opened = 0
    /// Files that were replaced, or had no name, while their lock was held.
    var lost = 0
    var errors: Set<String> = []

    mutating func note(_ error: MmapFileError, isEarly: Bool) {
      // Where no file system renames without replacing, an empty file takes the name for a moment. Before, there is none.
      let isNotYetThere = error.errno == .noSuchFileOrDirectory && isEarly
      if !isNotYetThere, error.code != .locked, error.code != .emptyFile { errors.insert("\(error)") }
    }
  }

  /// Lets 16 threads create a file over and over while 4 open it; a lock belongs to an open file, and not to a process.
  private func race(
    _ path: FilePath, storage: Storage = .preallocated,
    on thread: @escaping @Sendable (@escaping @Sendable () throws -> Void) throws -> Void
  ) throws -> Tally {
    let tally = Locked(Tally())
    let end = ContinuousClock.now + .seconds(3)
    let group = DispatchGroup()
    for number in 0..<20 {
      group.enter()
      Thread.detachNewThread {
        defer { group.leave() }
        try? thread {
          while ContinuousClock.now < end {
            // Asked before: others may have made it until the error is noted.
            let isEarly = tally.withLock { $0.created == 0 }
            do throws(MmapFileError) {
              let isMade = number < 16
              let file =
                isMade
                ? try MmapFile.create(at: path, size: 4096, storage: storage, replacing: true).file
                : try MmapFile.open(at: path).file
              // Long enough for others to come upon it.
              usleep(200)
              let isLost = !Self.leads(path, to: file)
              tally.withLock { tally in
                if isMade { tally.created += 1 } else { tally.opened += 1 }
                if isLost { tally.lost += 1 }
              }
            } catch { tally.withLock { $0.note(error, isEarly: isEarly) } }
          }
        }
      }
    }
    group.wait()
    return tally.withLock { $0 }
  }

  @Test("Who has a file for writing keeps its name, however many others create and open it at the same time")
  func raceOfCreators() throws {
    let folder = try Self.fastFolder()
    let path = folder.file("a")
    _ = try MmapFile.create(at: path, size: 4096)
    let tally = try race(path) { try $0() }
    #expect(tally.created > 0 && tally.lost == 0, "\(tally)")
    #expect(tally.errors.isEmpty, "\(tally)")
    #expect(folder.names == ["a"])
  }

  @Test("The same holds from the first file on, where renaming always replaces")
  func raceOnPlainFiles() throws {
    let folder = try Self.fastFolder()
    let path = folder.file("a")
    let tally = try race(path, storage: .sparse) { try onThreadWithPlainFiles($0) }
    #expect(tally.created > 0 && tally.lost == 0, "\(tally)")
    #expect(tally.errors.isEmpty, "\(tally)")
    #expect(folder.names == ["a"])
  }

  @Test("Of many who create a file that must not exist one succeeds, also where renaming always replaces")
  func exclusiveCreators() throws {
    let folder = try Self.fastFolder()
    for round in 0..<30 {
      let path = folder.file("\(round)")
      let made = Locked(0)
      let group = DispatchGroup()
      for _ in 0..<8 {
        group.enter()
        Thread.detachNewThread {
          defer { group.leave() }
          try? onThreadWithPlainFiles {
            if (try? MmapFile.create(at: path, size: 4096, storage: .sparse)) != nil { made.withLock { $0 += 1 } }
          }
        }
      }
      group.wait()
      #expect(made.withLock { $0 } == 1)
    }
    #expect(folder.names.count == 30)
  }

  @Test(
    "Whatever fails, the file that was to be replaced is still there: too few addresses for any part of it",
    arguments: 0..<25)
  func tooFewAddresses(megabytes: Int) async {
    await #expect(processExitsWith: .success) { [megabytes] in
      let folder = try TemporaryFolder()
      try folder.put("a", [1, 2, 3])
      // Its pages need 64 GiB, and each of the tables about them 16 MiB.
      ctest_limit_addresses(64 << 30 + UInt(megabytes * 3) << 20)
      let path = folder.file("a")
      let isMade = (try? MmapFile.create(at: path, size: 64 << 30, storage: .sparse, replacing: true)) != nil
      ctest_limit_addresses(.max >> 2)
      let isOld = try Stat(path).size == 3
      exit(isOld != isMade && folder.names == ["a"] ? 0 : 1)
    }
  }

  // MARK: What is kept

  /// An access list as the kernel keeps it: for the owner, user 65534, the owning group, the mask and others.
  private static func list(_ rights: [UInt8]) -> [UInt8] {
    let (user, noID): ([UInt8], [UInt8]) = ([0xfe, 0xff, 0, 0], [0xff, 0xff, 0xff, 0xff])
    let tags = [(0x01, noID), (0x02, user), (0x04, noID), (0x10, noID), (0x20, noID)]
    return [2, 0, 0, 0] + zip(tags, rights).flatMap { tag, right in [UInt8(tag.0), 0, right, 0] + tag.1 }
  }

  private func set(_ name: String, of file: String, _ value: [UInt8]) throws {
    let code = unsafe ctest_set_attribute(folder.file(file).string, name, value, UInt(value.count))
    if [-EOPNOTSUPP, -ENOSYS].contains(code) { try skip("no attributes \(name) here") }
    try #require(code == 0, "\(Errno(rawValue: -code))")
  }

  private func attribute(_ name: String, of file: String) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: 4096)
    let count = unsafe ctest_attribute(folder.file(file).string, name, &value, UInt(value.count))
    return count < 0 ? nil : Array(value.prefix(count))
  }

  @Test("A file that is replaced keeps its access list and the user's attributes")
  func keepsAttributes() throws {
    try folder.put("a", [1])
    let list = Self.list([6, 4, 0, 6, 0])
    try set("user.origin", of: "a", Array("here".utf8))
    try set("user.empty", of: "a", [])
    try set("system.posix_acl_access", of: "a", list)
    _ = try MmapFile.create(at: folder.file("a"), size: 4096, replacing: true)
    #expect(attribute("user.origin", of: "a") == Array("here".utf8))
    #expect(attribute("user.empty", of: "a") == [])
    #expect(attribute("system.posix_acl_access", of: "a") == list)
    #expect(try Stat(folder.file("a")).permissions.rawValue == 0o660)
  }

  @Test("A file without an access list gets none from its folder when it is replaced")
  func takesNoDefault() throws {
    try folder.put("a", [1])
    #expect(unsafe chmod(folder.file("a").string, 0o640) == 0)
    try set("system.posix_acl_default", of: "", Self.list([7, 7, 5, 7, 0]))
    _ = try MmapFile.create(at: folder.file("new"), size: 4096)
    #expect(attribute("system.posix_acl_access", of: "new") != nil)
    _ = try MmapFile.create(at: folder.file("a"), size: 4096, replacing: true)
    #expect(attribute("system.posix_acl_access", of: "a") == nil)
    #expect(try Stat(folder.file("a")).permissions.rawValue == 0o640)
  }

  @Test(
    "What a group may do with a file is not given to another group when it can't be kept",
    .enabled(if: getuid() == 0, "needs root"), arguments: [false, true])
  func keepsNoGroup(hasList: Bool) throws {
    try folder.put("a", [1])
    let list = Self.list([6, 6, 6, 6, 0])
    if hasList { try set("system.posix_acl_access", of: "a", list) }
    #expect(unsafe chmod(folder.file("a").string, hasList ? 0o660 : 0o6646) == 0)
    #expect(unsafe chmod(folder.path.string, 0o777) == 0)
    let path = folder.file("a")
    try onThread(asUser: 65534) {
      _ = try MmapFile.create(at: path, size: 4096, replacing: true)
    }
    let status = try Stat(path)
    #expect(status.userID.rawValue == 65534)
    #expect(status.permissions.rawValue == (hasList ? 0o660 : 0o646))
    if hasList { #expect(attribute("system.posix_acl_access", of: "a") == Self.list([6, 6, 0, 6, 0])) }
  }
}
