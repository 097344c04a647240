import PageCache
import RangedMmap

/// What was so of the open file at one moment, to be compared with a later one.
struct FileMark: Sendable {
  let name: String
  let path: FilePath
  /// Device and inode number.
  let identity: [UInt64]
  let time: WallTime
  let state: FileState
}

/// The states of a file's pages in both layers, and what is known of their bytes without bringing any into memory.
struct FileState: Sendable {
  let size: Int
  /// The pages that are not free; `nil` of a file that is only looked at.
  let library: [PageStates.Run]?
  /// The pages that were stored to since their last sync; `nil` where that was not watched.
  let stored: [Range<Int>]?
  /// All pages; none where nothing is known.
  let kernel: [CacheRun]
  /// Why dirty and writeback are unknown, or all of the kernel's states.
  let lacking: PageCacheError?
  /// Neighbouring pages of whose bytes the same is known, in order: all pages.
  let places: [Place]

  var pages: Range<Int> { 0..<Alignment.pages(in: size) }

  struct Place: Sendable {
    let pages: Range<Int>
    let bytes: Bytes
  }

  /// Where a page's bytes are to be had.
  enum Bytes: Sendable {
    case inMemory
    /// Nothing is in memory and nothing on the disk: they are zeros.
    case zeros
    case onDisk
    case unknown
  }
}

extension FileState {
  /// Takes what is so now: it costs the runs of pages that are alike, and not the size.
  init(of file: MmapFile, in session: Session) {
    size = file.presentSize
    library = file.isWritable ? file.states.usedRuns() : nil
    stored = session.storedPages(of: file)
    let pages = 0..<Alignment.pages(in: size)
    do throws(PageCacheError) {
      let answer = try session.pieces(of: file, pages)
      (kernel, lacking) = (Self.runs(answer.value.map(\.run)), answer.lacking)
      places = answer.value.map { Place(pages: $0.pages, bytes: Bytes($0.state, $0.extent)) }
    } catch {
      (kernel, lacking) = ([], error)
      places = pages.isEmpty ? [] : [Place(pages: pages, bytes: .unknown)]
    }
  }

  // Pieces of one run on several extents, joined.
  private static func runs(_ pieces: [CacheRun]) -> [CacheRun] {
    pieces.reduce(into: []) { runs, piece in
      if let last = runs.last, last.state == piece.state, last.pages.upperBound == piece.pages.lowerBound {
        runs[runs.count - 1].pages = last.pages.lowerBound..<piece.pages.upperBound
      } else {
        runs.append(piece)
      }
    }
  }
}

extension FileState.Bytes {
  init(_ state: CachedPage, _ extent: Extent?) {
    if state.contains(.cached) {
      self = .inMemory
    } else if let extent {
      self = extent.kind.holdsData ? .onDisk : .zeros
    } else {
      self = .onDisk
    }
  }
}
