namespace Madang.Client;

/// <summary>How far an upload is. Reported as the network takes the bytes; the count begins again when an attempt is repeated.</summary>
/// <param name="Index">The file's place in its batch, from 0.</param>
/// <param name="Upload">The file.</param>
/// <param name="SentBytes">How many of its bytes have left.</param>
/// <param name="TotalBytes">How many it has; null when its stream does not say.</param>
/// <param name="Result">How it ended: in the last report of each file of a batch, else null.</param>
public sealed record UploadProgress(int Index, ImageUpload Upload, long SentBytes, long? TotalBytes, UploadResult? Result = null)
{
    /// <summary>From 0 to 1; null when the length is not known.</summary>
    public double? Fraction => TotalBytes switch { null => null, 0 => 1, { } total => (double)SentBytes / total };
}

/// <summary>How one file of a batch ended: <see cref="Uploaded"/> or <see cref="Failed"/>.</summary>
public abstract record UploadResult
{
    private UploadResult(ImageUpload upload) => Upload = upload;

    /// <summary>What was sent.</summary>
    public ImageUpload Upload { get; }

    /// <summary>The file is an image now.</summary>
    public sealed record Uploaded : UploadResult
    {
        internal Uploaded(ImageUpload upload, ImageResource image) : base(upload) => Image = image;

        /// <summary>The image.</summary>
        public ImageResource Image { get; }
    }

    /// <summary>The file was refused, or could not be read or sent. It left nothing behind.</summary>
    public sealed record Failed : UploadResult
    {
        internal Failed(ImageUpload upload, MadangException error) : base(upload) => Error = error;

        /// <summary>Why.</summary>
        public MadangException Error { get; }
    }
}
