using Microsoft.Extensions.Options;

namespace Madang.Platform.Blobs;

/// <summary>The configuration section <c>Blobs</c>.</summary>
internal sealed class BlobOptions
{
    /// <summary><c>folder</c> or <c>s3</c>.</summary>
    public string Store { get; set; } = "folder";

    /// <summary>The folder of the folder store; without it <c>blobs</c> below <c>Data:Folder</c>.</summary>
    public string? Folder { get; set; }

    public S3Options S3 { get; set; } = new();

    /// <summary>Where temporary copies go, below <c>Data:Folder</c>.</summary>
    public string Scratch { get; set; } = "";

    public bool InS3 => string.Equals(Store, "s3", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The configuration section <c>Blobs:S3</c>.</summary>
internal sealed class S3Options
{
    public string Endpoint { get; set; } = "";

    public string Bucket { get; set; } = "";

    /// <summary>With <see cref="SecretKey"/>; without both, the machine's own role or the AWS environment variables are used.</summary>
    public string? AccessKey { get; set; }

    public string? SecretKey { get; set; }

    public string Region { get; set; } = "us-east-1";
}

/// <summary>Says at start, in a sentence, what to write into the configuration.</summary>
internal sealed class BlobOptionsValidation : IValidateOptions<BlobOptions>
{
    public ValidateOptionsResult Validate(string? name, BlobOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(BlobOptions options)
    {
        if (string.Equals(options.Store, "folder", StringComparison.OrdinalIgnoreCase))
        {
            yield break;
        }

        if (!options.InS3)
        {
            yield return "Blobs:Store must be 'folder' (files below Blobs:Folder) or 's3' (a bucket, see Blobs:S3).";
            yield break;
        }

        var s3 = options.S3;
        if (!Uri.TryCreate(s3.Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            yield return "Blobs:S3:Endpoint must be the address of the S3 service, such as https://s3.eu-central-1.amazonaws.com or http://127.0.0.1:9000.";
        }

        if (string.IsNullOrWhiteSpace(s3.Bucket))
        {
            yield return "Blobs:S3:Bucket must name an existing bucket for Madang's files.";
        }

        if (string.IsNullOrEmpty(s3.AccessKey) != string.IsNullOrEmpty(s3.SecretKey))
        {
            yield return "Blobs:S3:AccessKey and Blobs:S3:SecretKey belong together: set both, or neither to use the machine's own role.";
        }

        if (string.IsNullOrWhiteSpace(s3.Region))
        {
            yield return "Blobs:S3:Region must not be empty; services other than Amazon's usually take us-east-1.";
        }
    }
}
