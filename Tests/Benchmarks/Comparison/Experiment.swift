import Foundation
import RangedMmap

/// The parts of the comparison.
enum Experiment: String, CaseIterable {
  case firstTouch = "first touch"
  case resident
  case random = "random order"
  case generated
  case crate = "the Rust crate's way"
  case whole = "create, write, sync"
  case read = "read back"
  case sync = "sync ranges"
  case flush = "flush ranges"
  case writeAndSync = "write and sync each"
  case allocation = "allocation alone"
  case scale

  static let chunks = [4 << 10, 64 << 10, 1 << 20, 12 << 20]
  static let threads = [1, 2, 4, 12]
  private static let mapped: [Contender] = [.ours, .copy, .populate, .pwrite]

  func run(_ bench: Bench, plots: String?) throws {
    var table = Table()
    var cells: [Cell] = []
    func measure(_ setting: Setting, _ contenders: [Contender], isWhole: Bool = false) throws {
      guard bench.wants(setting) else { return }
      let cell = try Cell(setting, contenders, rounds: bench.rounds, isWhole: isWhole)
      table.add(cell, isWhole: isWhole)
      cells.append(cell)
    }
    for folder in bench.folders {
      switch self {
      case .firstTouch:
        for storage in [Storage.sparse, .preallocated] {
          for chunk in Self.chunks {
            for threads in Self.threads {
              let setting = Setting(folder: folder, storage: storage, size: bench.size, chunk: chunk, threads: threads)
              try measure(setting, [.ours, .copy, .populate, .mapPopulate, .huge, .pwrite])
            }
          }
        }
      case .resident:
        for chunk in Self.chunks {
          for threads in Self.threads {
            let setting = Setting(
              folder: folder, pages: .resident, size: bench.size, chunk: chunk, threads: threads)
            try measure(setting, [.ours, .copy, .pwrite])
          }
        }
      case .random:
        for pages in [Setting.Pages.untouched, .resident] {
          for chunk in Self.chunks.prefix(3) {
            let setting = Setting(
              folder: folder, pages: pages, size: bench.size, chunk: chunk, threads: 2, isShuffled: true)
            try measure(setting, Self.mapped)
          }
        }
      case .generated:
        for pages in [Setting.Pages.untouched, .resident] {
          for chunk in Self.chunks {
            let setting = Setting(
              folder: folder, pages: pages, size: bench.size, chunk: chunk, threads: 2, isGenerated: true)
            try measure(setting, [.ours, .inPlace, .copy, .populate, .pwrite])
          }
        }
      case .crate:
        for chunk in Self.chunks {
          let setting = Setting(folder: folder, size: bench.size, chunk: chunk, threads: 2)
          try measure(setting, [.ours, .crate])
        }
      case .whole:
        // The Rust crate's own benchmark.
        let setting = Setting(folder: folder, size: 512 << 20, chunk: 12 << 20, threads: 12, hasFreshBuffers: true)
        try measure(setting, [.ours, .crate, .copy, .populate, .pwrite], isWhole: true)
      case .read:
        for chunk in Self.chunks.prefix(3) {
          let setting = Setting(
            folder: folder, action: .read, pages: .resident, size: bench.size, chunk: chunk, threads: 2)
          try measure(setting, [.ours, .copy, .pwrite])
        }
      case .sync where !folder.isInMemory:
        for chunk in [64 << 10, 1 << 20] {
          let setting = Setting(folder: folder, action: .sync, size: chunk * 32, chunk: chunk, threads: 1)
          // Not fdatasync(2): its first call would make all ranges durable.
          try measure(setting, [.ours, .copy])
        }
      case .flush where !folder.isInMemory:
        for chunk in [64 << 10, 1 << 20] {
          let setting = Setting(folder: folder, action: .flush, size: chunk * 64, chunk: chunk, threads: 1)
          try measure(setting, [.ours, .copy])
        }
      case .writeAndSync where !folder.isInMemory:
        for isShuffled in [false, true] {
          for chunk in [4 << 10, 64 << 10] {
            let setting = Setting(
              folder: folder, action: .writeAndSync, size: bench.size, chunk: chunk, threads: 1,
              isShuffled: isShuffled, most: 1024)
            try measure(setting, [.ours, .copy, .pwrite])
          }
        }
      case .allocation where folder.isInMemory:
        for threads in [1, 2] {
          let setting = Setting(
            folder: folder, action: .allocate, storage: .sparse, size: 16 << 30, chunk: 4 << 10, threads: threads)
          try measure(setting, [.ours, .add])
        }
      case .sync, .flush, .writeAndSync, .allocation: break
      case .scale:
        for pages in [Setting.Pages.untouched, .resident] {
          for size in [1 << 20, 16 << 20, 256 << 20, 1 << 30] {
            for threads in [2, 64] {
              let setting = Setting(folder: folder, pages: pages, size: size, chunk: 4 << 10, threads: threads)
              try measure(setting, [.ours, .copy])
            }
          }
        }
      }
    }
    if let plots { try Plot.write(cells, of: self, to: plots) }
  }
}
