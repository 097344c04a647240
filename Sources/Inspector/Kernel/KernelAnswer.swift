import PageCache
import RangedMmap

/// What the kernel says of pages of a file: all that it counts, or only which of them are in memory.
///
/// Only residency is known where there are no counts, or counts of other pages (a stacked file system's). Where not even
/// that is known, it throws why.
struct KernelAnswer<Value> {
  let value: Value
  /// Why it is not known which pages are dirty and in writeback; `nil` if it is known.
  let lacking: PageCacheError?
}

extension KernelAnswer where Value == [CacheRun] {
  init(_ file: FileDescriptor, each pages: Range<Int>) throws(PageCacheError) {
    do throws(PageCacheError) { self.init(value: try PageCache.runs(of: file, pages: pages), lacking: nil) } catch {
      var (runs, end) = ([CacheRun](), pages.lowerBound)
      for resident in try residency(file, pages, because: error) {
        if resident.lowerBound > end { runs.append(CacheRun(pages: end..<resident.lowerBound, state: [])) }
        runs.append(CacheRun(pages: resident, state: .cached))
        end = resident.upperBound
      }
      if end < pages.upperBound { runs.append(CacheRun(pages: end..<pages.upperBound, state: [])) }
      self.init(value: runs, lacking: error)
    }
  }
}

extension KernelAnswer where Value == [KernelCell] {
  init(_ file: FileDescriptor, _ pages: Range<Int>, each pagesPerCell: Int) throws(PageCacheError) {
    func size(_ cell: Int) -> Int { min(pagesPerCell, pages.count - cell * pagesPerCell) }
    do throws(PageCacheError) {
      let groups = try PageCache.groups(of: file, pages: pages, each: pagesPerCell)
      self.init(value: groups.enumerated().map { KernelCell(size($0), $1) }, lacking: nil)
    } catch {
      var cached = [Int](repeating: 0, count: (pages.count + pagesPerCell - 1) / pagesPerCell)
      for run in try residency(file, pages, because: error) {
        var page = run.lowerBound - pages.lowerBound
        while page < run.upperBound - pages.lowerBound {
          let cell = page / pagesPerCell
          let end = min(run.upperBound - pages.lowerBound, (cell + 1) * pagesPerCell)
          cached[cell] += end - page
          page = end
        }
      }
      self.init(value: cached.enumerated().map { KernelCell(size($0), cached: $1) }, lacking: error)
    }
  }
}

extension KernelAnswer where Value == KernelCell {
  init(_ file: FileDescriptor, bytes: Range<Int>) throws(PageCacheError) {
    let pages = Alignment.pages(of: bytes)
    let answer = try KernelAnswer<[KernelCell]>(file, pages, each: max(1, pages.count))
    self.init(value: answer.value.first ?? KernelCell(0, cached: 0, dirty: 0, writeback: 0), lacking: answer.lacking)
  }

  /// How many pages of a whole file are in which state.
  ///
  /// It counts as far as a file can reach: what is appended between a query of the size and the count would be missed
  /// otherwise.
  init(whole file: FileDescriptor) throws(PageCacheError) {
    do throws(PageCacheError) {
      let counts = try PageCache.counts(of: file, bytes: 0..<Int.max)
      self.init(value: KernelCell(Alignment.pages(in: try PageCache.size(of: file)), counts), lacking: nil)
    } catch {
      let pages = 0..<Alignment.pages(in: try PageCache.size(of: file))
      let cached = try residency(file, pages, because: error).reduce(0) { $0 + $1.count }
      self.init(value: KernelCell(pages.count, cached: cached), lacking: error)
    }
  }
}

private let mostOfResidency = PageCache.mostScanned / PageCache.pageSize

// Where residency is unknown too, the error is the first reason, which is why all is missing.
private func residency(
  _ file: FileDescriptor, _ pages: Range<Int>, because reason: PageCacheError
) throws(PageCacheError) -> [Range<Int>] {
  guard pages.count <= mostOfResidency, let runs = try? PageCache.residency(of: file, pages: pages) else {
    throw reason
  }
  return runs
}

extension Result {
  var value: Success? { try? get() }
  var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
