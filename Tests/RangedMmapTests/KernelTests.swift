import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

/// Whether the kernel counts pages for us, of a file on a disk.
let canCount: Bool = {
  guard let folder = try? TemporaryFolder(), let file = try? MmapFile.create(at: folder.file("a"), size: 4096).file,
    file.isDurable
  else { return false }
  return (try? PageCache.counts(of: file.descriptor, bytes: 0..<4096)) != nil
}()

/// What a test that needs that says where it is not so.
let needsCounts: Comment = "needs a file on a disk, whose pages the kernel counts (cachestat(2))"

/// What the kernel counts, not what the library believes.
@Suite("The kernel's counters prove", .enabled(if: canCount, needsCounts))
struct KernelTests {
  let folder: TemporaryFolder
  let file: MmapFile
  let receipt: HandOver<WriteReceipt>
  static let pages = 512

  init() throws {
    folder = try TemporaryFolder()
    let (file, allocator) = try MmapFile.create(at: folder.file("a"), size: 2 * Self.pages * 4096)
    self.file = file
    let range = try require(take: allocator.allocate(Self.pages * 4096))
    receipt = HandOver(try file.write([UInt8](repeating: 1, count: range.count), to: range))
  }

  func dirty() throws -> Int { try PageCache.counts(of: file.descriptor, bytes: 0..<Self.pages * 4096).dirty }

  // The kernel writes back by itself, and when another program or test calls sync(2) or syncfs(2), so that some tries may
  // find fewer.

  /// A receipt whose pages are dirty, or were a moment ago.
  private func dirtied(_ range: consuming AllocatedRange) throws -> WriteReceipt {
    var receipt = try file.write([UInt8](repeating: 2, count: range.count), to: range)
    for _ in 0..<30 {
      if try dirty() > 0 { return receipt }
      receipt = try file.write([UInt8](repeating: 2, count: receipt.count), to: file.reuse(receipt))
    }
    Issue.record("what is written does not become dirty")
    return receipt
  }

  @Test("A write leaves its pages dirty, and msync with MS_ASYNC changes nothing of that")
  func asyncDoesNothing() throws {
    var receipt = try require(take: receipt.take())
    var stayed = false
    for _ in 0..<5 where !stayed {
      _ = try file.withBytes(of: receipt) { bytes in
        unsafe bytes.withUnsafeBytes { memory in
          unsafe msync(UnsafeMutableRawPointer(mutating: memory.baseAddress), memory.count, MS_ASYNC)
        }
      }
      stayed = try dirty() == Self.pages
      if !stayed { receipt = try file.write([UInt8](repeating: 1, count: receipt.count), to: file.reuse(receipt)) }
    }
    #expect(stayed)
  }

  @Test("A flush takes all pages of the range out of the dirty ones, into writeback or clean")
  func flushStartsWriteback() throws {
    try file.flush(try dirtied(file.reuse(try require(take: receipt.take()))))
    #expect(try dirty() == 0)
  }

  @Test("A sync leaves no page dirty and none in writeback")
  func syncCleans() throws {
    _ = try file.sync(try dirtied(file.reuse(try require(take: receipt.take()))))
    let counts = try PageCache.counts(of: file.descriptor, bytes: 0..<Self.pages * 4096)
    #expect(counts.dirty == 0 && counts.writeback == 0 && counts.cached == Self.pages)
  }

  @Test("Writing again makes pages dirty again that were clean")
  func reuseDirties() throws {
    let again = file.reuse(try file.sync(try require(take: receipt.take())))
    #expect(try dirty() == 0)
    let receipt = try dirtied(again)
    #expect(file.states[0] == .written)
    _ = try file.sync(receipt)
  }
}
