using System.Collections.Concurrent;
using System.Security.Cryptography;
using Madang.Images.Domain;
using Microsoft.Win32.SafeHandles;

namespace Madang.Images.Caching;

/// <summary>
/// Derived pictures on disk, bounded in bytes, whole after a restart. The folder is the truth; the index in memory mirrors it. Readers take no lock;
/// whatever adds or deletes a file does so under one, together with the index, so that both always agree.
/// </summary>
internal sealed class VariantCache
{
    private readonly ConcurrentDictionary<EntryKey, Entry> _index = new();
    private readonly Lock _gate = new();
    private readonly CacheFolder _folder;
    private readonly CacheSettings _settings;
    private readonly TimeProvider _time;
    private readonly FreeSpace _freeSpace;
    private readonly Purges _purges;
    private readonly CacheMetrics _metrics;
    private long _bytes;

    /// <summary>Reads the folder: about a second for a hundred thousand files.</summary>
    public VariantCache(CacheSettings settings, TimeProvider time, Purges purges, CacheMetrics? metrics = null, FreeSpace? freeSpace = null)
    {
        (_settings, _time, _purges) = (settings, time, purges);
        _metrics = metrics ?? CacheMetrics.Unobserved;
        _freeSpace = freeSpace ?? (folder => new DriveInfo(folder).AvailableFreeSpace);
        _folder = new CacheFolder(settings.Folder);
        foreach (var (name, lastUsed) in _folder.Scan())
            Index(new Entry(name, lastUsed));
        lock (_gate)
            MakeRoom(0);
        _metrics.Observe(this);
    }

    public long Bytes => Interlocked.Read(ref _bytes);

    public int Count => _index.Count;

    /// <summary>The picture, or null: it must be made. A file that vanished, was shortened or has expired is a miss and forgotten.</summary>
    public VariantFile? TryOpen(VariantKey key)
    {
        if (!_index.TryGetValue(EntryKey.Of(key), out var entry))
        {
            _metrics.Miss();
            return null;
        }

        var now = _time.GetUtcNow();
        var expired = entry.Expired(now);
        if (expired || _folder.TryOpen(entry.Name) is not { } handle)
        {
            lock (_gate)
                Drop(entry, expired ? EvictionReason.Expired : EvictionReason.Damaged);
            _metrics.Miss();
            return null;
        }

        if (entry.Use(now))
            _folder.Touch(entry.Name, now);
        _metrics.Hit();
        return new VariantFile(handle, entry.Name, kept: true);
    }

    /// <summary>Counts as a use, without opening: the picture was served from memory.</summary>
    public void Touch(VariantKey key)
    {
        var now = _time.GetUtcNow();
        if (_index.TryGetValue(EntryKey.Of(key), out var entry) && !entry.Expired(now) && entry.Use(now))
            _folder.Touch(entry.Name, now);
    }

    /// <summary>
    /// Makes a picture and keeps it, unless it may not be kept (purged meanwhile, larger than the cache, no caching time, the disk nearly full):
    /// then it can be read all the same, and is gone when disposed of. What fails leaves nothing behind.
    /// </summary>
    /// <param name="key">What it is kept as.</param>
    /// <param name="format">What is made.</param>
    /// <param name="lifetime">The image's caching time.</param>
    /// <param name="render">Writes the picture to the path that it is given.</param>
    /// <param name="cancel">Nobody wants it any more.</param>
    public async Task<VariantFile> Add(
        VariantKey key, OutputFormat format, TimeSpan lifetime, Func<string, CancellationToken, Task> render, CancellationToken cancel)
    {
        var temporary = _folder.NewTemporary(format.Extension());
        SafeFileHandle? handle = null;
        try
        {
            await render(temporary, cancel);
            handle = CacheFolder.Open(temporary);
            var length = RandomAccess.GetLength(handle);
            if (length == 0)
                throw new InvalidDataException("Nothing was rendered.");
            if (lifetime > EntryName.MaxLifetime)
                lifetime = EntryName.MaxLifetime;
            var name = new EntryName(EntryKey.Of(key), await ContentHash(temporary, cancel), length, lifetime, format);
            var kept = Keep(temporary, name);
            if (!kept)
                _metrics.Uncached();
            return new VariantFile(handle, name, kept);
        }
        catch
        {
            handle?.Dispose();
            throw;
        }
        finally
        {
            CacheFolder.Discard(temporary); // renamed when it was kept; otherwise only the open handle still has it
        }
    }

    /// <summary>Purges an image: what is there below this version goes now, and what is being made for it will not be kept.</summary>
    /// <returns>How many files went.</returns>
    public int Remove(Guid id, long belowVersion = long.MaxValue)
    {
        _purges.Add(id, belowVersion);
        return DropAll(entry => entry.Name.Key.Id == id && entry.Name.Key.Version < belowVersion, EvictionReason.Purged);
    }

    /// <summary>Ends what was not used for its image's caching time.</summary>
    /// <returns>How many files went.</returns>
    public int Sweep()
    {
        _purges.Forget();
        var now = _time.GetUtcNow();
        return DropAll(entry => entry.Expired(now), EvictionReason.Expired);
    }

    private int DropAll(Func<Entry, bool> which, EvictionReason reason)
    {
        lock (_gate)
            return _index.Values.Where(which).Count(entry => Drop(entry, reason));
    }

    private bool Keep(string temporary, EntryName name)
    {
        if (name.Lifetime < TimeSpan.FromSeconds(1) || name.Length > _settings.MaxBytes || _freeSpace(_folder.Root) < _settings.MinFreeBytes)
            return false;

        lock (_gate)
        {
            if (_purges.Cover(name.Key.Id, name.Key.Version))
                return false;
            if (_index.TryGetValue(name.Key, out var older))
                Drop(older, EvictionReason.Replaced);
            MakeRoom(name.Length);
            var now = _time.GetUtcNow();
            try
            {
                _folder.Publish(temporary, name, now);
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                return false; // no room for a name, or somebody removed the folder: the picture is served all the same
            }

            Index(new Entry(name, now));
            return true;
        }
    }

    private void MakeRoom(long needed)
    {
        if (_bytes + needed <= _settings.MaxBytes)
            return;

        var target = Math.Max(0, (long)(_settings.MaxBytes * _settings.LowWater) - needed);
        foreach (var entry in _index.Values.OrderBy(entry => entry.LastUsed))
        {
            if (_bytes <= target)
                break;
            Drop(entry, EvictionReason.Room);
        }
    }

    private void Index(Entry entry)
    {
        if (_index.TryGetValue(entry.Name.Key, out var twin))
            Drop(twin, EvictionReason.Replaced); // two files of one picture after a crash between two writes
        _index[entry.Name.Key] = entry;
        Interlocked.Add(ref _bytes, entry.Name.Length);
    }

    /// <summary>Under the gate. Only what is still in the index is deleted: its path may have been taken anew.</summary>
    private bool Drop(Entry entry, EvictionReason reason)
    {
        if (!_index.TryRemove(new(entry.Name.Key, entry)))
            return false;
        Interlocked.Add(ref _bytes, -entry.Name.Length);
        _folder.Delete(entry.Name);
        _metrics.Gone(reason);
        return true;
    }

    private static async Task<UInt128> ContentHash(string path, CancellationToken cancel)
    {
        await using var stream = File.OpenRead(path);
        var hash = await SHA256.HashDataAsync(stream, cancel);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private sealed class Entry(EntryName name, DateTimeOffset lastUsed)
    {
        private static readonly long TouchEvery = TimeSpan.FromMinutes(1).Ticks;
        private long _lastUsed = lastUsed.UtcTicks;
        private long _touched = lastUsed.UtcTicks;

        public EntryName Name => name;

        public long LastUsed => Volatile.Read(ref _lastUsed);

        public bool Expired(DateTimeOffset now) => now.UtcTicks - LastUsed >= name.Lifetime.Ticks;

        /// <returns>True when the file's mtime should follow: once a minute, by one of the readers.</returns>
        public bool Use(DateTimeOffset now)
        {
            Volatile.Write(ref _lastUsed, now.UtcTicks);
            var touched = Volatile.Read(ref _touched);
            return now.UtcTicks - touched >= TouchEvery && Interlocked.CompareExchange(ref _touched, now.UtcTicks, touched) == touched;
        }
    }
}
