import { expect, test } from 'vitest';
import { contentHash, RequestSigner, signingTime } from '../../../src/shared/store/s3-signature.ts';

// Account, requests and signatures of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
const account = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const host = 'examplebucket.s3.amazonaws.com';
const time = signingTime(Date.UTC(2013, 4, 24));

test('a GET has the signature of the specification', () => {
  const signed = ['host', 'range', 'x-amz-content-sha256', 'x-amz-date'];
  const headers = { host, range: 'bytes=0-9', 'x-amz-content-sha256': contentHash(''), 'x-amz-date': time };
  const signer = new RequestSigner(account, 'us-east-1', 's3', signed);
  expect(signer.authorization({ method: 'GET', path: '/test.txt', query: '', headers })).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, ' +
      'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

test('a PUT has the signature of the specification', () => {
  const signed = ['date', 'host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-storage-class'];
  const headers = {
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    host,
    'x-amz-content-sha256': contentHash('Welcome to Amazon S3.'),
    'x-amz-date': time,
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  };
  const signer = new RequestSigner(account, 'us-east-1', 's3', signed);
  expect(signer.authorization({ method: 'PUT', path: '/test%24file.text', query: '', headers })).toMatch(
    /, Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd$/,
  );
});

test('a query is signed, and each day has its own key', () => {
  const signed = ['host', 'x-amz-content-sha256', 'x-amz-date'];
  const signer = new RequestSigner(account, 'us-east-1', 's3', signed);
  const lifecycle = (day: number) => {
    const headers = {
      host,
      'x-amz-content-sha256': contentHash(''),
      'x-amz-date': signingTime(Date.UTC(2013, 4, day)),
    };
    return signer.authorization({ method: 'GET', path: '/', query: 'lifecycle=', headers });
  };
  const known = /, Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543$/;
  expect(lifecycle(24)).toMatch(known);
  expect(lifecycle(25)).toMatch(/Credential=AKIAIOSFODNN7EXAMPLE\/20130525\//);
  expect(lifecycle(24)).toMatch(known);
});
