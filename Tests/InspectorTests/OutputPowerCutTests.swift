import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Files that are saved, after a power cut", .enabled(if: mayMount, needsMounts), .serialized)
struct OutputPowerCutTests {
  private static func text(_ generation: Int) -> String {
    "begin \(generation)\n" + String(repeating: "line of \(generation)\n", count: 3000) + "end \(generation)\n"
  }

  @Test("A file that is saved again is whole, the old one or the new one", arguments: ["btrfs", "ext4", "xfs"])
  func saving(fileSystem: String) throws {
    let folder = try TemporaryFolder()
    try onThreadWithMounts(fileSystem) {
      let disk = try CopiedDisk(in: folder.path, fileSystem)
      defer { disk.unmount() }
      let (count, path) = (40, disk.disk.appending("a.txt"))
      try OutputFile(path.string, isForced: true).save(Self.text(0))
      try run("sync", ["-f", path.string])
      let (isOver, done) = (Flag(), DispatchSemaphore(value: 0))
      Thread.detachNewThread {
        var generation = 0
        while !isOver.value.load(ordering: .relaxed) {
          generation += 1
          try? OutputFile(path.string, isForced: true).save(Self.text(generation))
        }
        done.signal()
      }
      for number in 0..<count {
        usleep(.random(in: 0..<40_000))
        try disk.copy(number)
      }
      isOver.value.store(true, ordering: .relaxed)
      done.wait()
      var generations: Set<Int> = []
      try disk.examine(count) { place, number in
        let text = try String(contentsOfFile: place.appending("a.txt").string, encoding: .utf8)
        let generation = text.split(separator: "\n").first?.split(separator: " ").last.flatMap { Int($0) } ?? -1
        #expect(text == Self.text(generation), "copy \(number) has \(text.utf8.count) bytes")
        generations.insert(generation)
      }
      #expect(generations.count > 1)
    }
  }

  private final class Flag: Sendable {
    let value = Atomic(false)
  }
}
