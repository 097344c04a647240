import Foundation
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@Suite("Power cuts", .enabled(if: mayMount, needsMounts), .serialized)
struct PowerCutTests {
  @Test(
    "A file that is replaced is the old one after a power cut, or the new one, and never one without bytes",
    arguments: ["btrfs", "ext4", "xfs"])
  func replacing(fileSystem: String) throws {
    let folder = try TemporaryFolder()
    try onThreadWithMounts(fileSystem) {
      let disk = try CopiedDisk(in: folder.path, fileSystem)
      defer { disk.unmount() }
      let count = 40
      let path = disk.disk.appending("a")
      try Self.replace(path, with: 1)
      try run("sync", ["-f", path.string])
      let isOver = Locked(false)
      let done = DispatchSemaphore(value: 0)
      let failures = Locked<[String]>([])
      Thread.detachNewThread {
        var generation = 1
        while !isOver.withLock({ $0 }) {
          generation += 1
          do { try Self.replace(path, with: UInt8(generation % 250 + 1)) } catch {
            failures.withLock { $0.append("\(error)") }
          }
        }
        done.signal()
      }
      for number in 0..<count {
        usleep(.random(in: 0..<40_000))
        try disk.copy(number)
      }
      isOver.withLock { $0 = true }
      done.wait()
      #expect(failures.withLock { $0 } == [])
      var sizes: [Int: Int] = [:]
      try disk.examine(count) { place, _ in
        sizes[(try? Int(Stat(place.appending("a")).size)) ?? -1, default: 0] += 1
      }
      #expect(sizes == [Self.size: count], "sizes, and how many copies have each")
    }
  }

  private static let size = 100_000

  // A sync now and then, as programs do; what is not synced may be lost, but not the file.
  private static func replace(_ path: FilePath, with byte: UInt8) throws {
    let (file, allocator) = try MmapFile.create(at: path, size: size, replacing: true)
    let range = try require(take: allocator.allocate(size))
    let receipt = try file.write([UInt8](repeating: byte, count: size), to: range)
    if byte % 3 == 1 { _ = try file.sync(receipt) }
  }
}
